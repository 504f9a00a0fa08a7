import { createBar, terminal } from '#platform';

/** From here on people wonder what a program is doing. */
const noticeableSeconds = 1;

/**
 * Runs something that makes kernels ready, and shows how far it is: a bar on a terminal; otherwise
 * a line at the end, if it took over a second.
 *
 * @param prepare told a function that takes how many of how many kernels are ready
 */
export async function showPreparation(
  quiet: boolean,
  prepare: (onProgress: (done: number, total: number) => void) => Promise<void>,
): Promise<void> {
  const began = performance.now();
  let bar: ReturnType<typeof createBar> | null = null;
  let count = 0;
  try {
    await prepare((done, total) => {
      count = total;
      if (terminal.isTerminal && !quiet)
        (bar ??= createBar(total, 'Preparing kernels {bar} {value}/{total}')).update(done, {});
    });
  } finally {
    (bar as ReturnType<typeof createBar> | null)?.stop();
  }
  const seconds = (performance.now() - began) / 1000;
  if (seconds > noticeableSeconds)
    terminal.writeLine(
      `${count} kernels were prepared in ${seconds.toFixed(1)} s; the driver keeps them for the next run.`,
    );
}
