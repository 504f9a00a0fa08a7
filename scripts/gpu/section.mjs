// A part of the check: one process with its own limit, whose results are kept
// line by line as they come.
import { spawn } from 'node:child_process';
import { appendFileSync, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * Runs a command; each line of its standard output is written to `NAME.jsonl` (or `.txt`) and given
 * to `onLine` at once, what it writes to standard error goes to `NAME.err`.
 *
 * @returns null, or why it did not end well
 */
export async function runSection({ command, args, cwd, environment, seconds, output, onLine }) {
  const errors = createWriteStream(`${output.replace(/\.\w+$/, '')}.err`, { flags: 'a' });
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let last = '';
  child.stderr.on('data', (chunk) => {
    errors.write(chunk);
    const lines = String(chunk).trim().split('\n');
    last = lines.find((line) => /^\w*Error\b/.test(line)) ?? (/Error\b/.test(last) ? last : lines.at(-1));
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, 1000 * seconds);
  const ended = new Promise((resolve) => {
    child.on('error', ({ message }) => resolve(message));
    child.on('close', (code, signal) => resolve(code === 0 ? null : `exit ${signal ?? code}: ${last}`));
  });
  for await (const line of createInterface({ input: child.stdout })) {
    appendFileSync(output, `${line}\n`);
    onLine(line);
  }
  const problem = await ended;
  clearTimeout(timer);
  errors.end();
  return late ? `out of time after ${Math.round(seconds)} s` : problem;
}
