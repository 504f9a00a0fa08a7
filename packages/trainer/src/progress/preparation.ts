import { terminal } from '#platform';
import { progressLine } from '@attune/platform';
import type { ProgressLine } from '@attune/platform';

/** From here on people wonder what a program is doing. */
const noticeableSeconds = 1;

/**
 * Runs something that makes kernels ready, and shows how far it is; a line at the end, if it took
 * over a second.
 *
 * @param prepare told a function that takes how many of how many kernels are ready
 */
export async function showPreparation(
  quiet: boolean,
  prepare: (onProgress: (done: number, total: number) => void) => Promise<void>,
): Promise<void> {
  const began = performance.now();
  let line: ProgressLine | null = null;
  let count = 0;
  try {
    await prepare((done, total) => {
      count = total;
      if (quiet) return;
      line ??= progressLine({ label: 'Preparing', total, unit: 'kernels' });
      line.update(done);
    });
  } finally {
    (line as ProgressLine | null)?.stop();
  }
  const seconds = (performance.now() - began) / 1000;
  if (seconds > noticeableSeconds)
    terminal.writeLine(
      `${count} kernels were prepared in ${seconds.toFixed(1)} s; the driver keeps them for the next run.`,
    );
}
