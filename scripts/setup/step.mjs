/**
 * Runs one step of the setup and prints one line for it, with its time. The line goes to stderr:
 * what a program prints may be read by another.
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} body
 * @returns {Promise<T>}
 */
export async function step(title, body) {
  const start = performance.now();
  const seconds = () => ((performance.now() - start) / 1000).toFixed(1);
  const { stderr } = process;
  const live = stderr.isTTY ? setInterval(() => stderr.write(`\r${title} … ${seconds()} s`), 500) : undefined;
  stderr.write(`${title} … `);
  let outcome = 'failed';
  try {
    const result = await body();
    outcome = 'done';
    return result;
  } finally {
    clearInterval(live);
    stderr.write(`${live ? `\r${title} … ` : ''}${outcome} (${seconds()} s)\n`);
  }
}
