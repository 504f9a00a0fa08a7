import { createInterface } from 'node:readline';

/**
 * Answers tasks that come as lines of JSON on stdin, one line of JSON each: `{ task, …case }` gives
 * `{ milliseconds }` or `{ error }`. A task is prepared at its first use and kept, so that later
 * calls time nothing but the work.
 *
 * @param tasks by name, an async function that takes the case and returns `run(repeats)`, which
 *   resolves once that many runs have completed
 */
export async function serve(tasks) {
  const prepared = new Map();
  for await (const line of createInterface({ input: process.stdin })) {
    const { task, repeats, ...shape } = JSON.parse(line);
    const key = JSON.stringify([task, shape]);
    try {
      if (!tasks[task]) throw new Error(`no task ${task}`);
      if (!prepared.has(key)) {
        const run = await tasks[task](shape);
        // Measurements in bytes need no warm-up.
        if (task !== 'memory') await run(2);
        prepared.set(key, run);
      }
      const began = performance.now();
      const extra = await prepared.get(key)(repeats);
      answer({ milliseconds: (performance.now() - began) / repeats, ...extra });
    } catch (error) {
      answer({ error: error.message.split('\n')[0] });
    }
  }
  process.exit(0);
}

const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

/** Numbers that are neither tiny nor equal. */
export function numbers(length) {
  return Float32Array.from({ length }, (_, index) => Math.sin(index * 0.7) + 0.1 * Math.cos(index * 0.013));
}
