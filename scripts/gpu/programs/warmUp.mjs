import { gemm } from '../../../packages/kernels/src/index.ts';

/** Milliseconds. */
const window = 250;
const least = 1500;
const most = 6000;

/**
 * Multiplies matrices until the card has its clock: until two windows differ by less than 2 %. What
 * is timed before is several times too slow.
 *
 * @returns TFLOP/s of the last window
 */
export async function warmUp(gpu, quick) {
  const size = quick ? 64 : 4096;
  const [a, b, output] = ['a', 'b', 'output'].map((label) => gpu.allocate('f32', size * size, label));
  for (const array of [a, b, output]) gpu.clear(array);
  const began = performance.now();
  let [before, now] = [0, 0];
  do {
    const start = performance.now();
    let count = 0;
    do {
      for (let index = 0; index < 4; index++) gemm(gpu, { a, b, output, m: size, n: size, k: size, layout: 'NN' });
      await gpu.idle();
      count += 4;
    } while (!quick && performance.now() - start < window);
    before = now;
    now = (count * 2 * size ** 3) / (performance.now() - start) / 1e9;
  } while (!quick && !hasSettled(performance.now() - began, before, now));
  for (const array of [a, b, output]) gpu.release(array);
  gpu.trim();
  return now;
}

const hasSettled = (elapsed, before, now) => elapsed > most || (elapsed > least && Math.abs(now - before) < 0.02 * now);
