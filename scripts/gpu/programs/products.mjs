// Times products, many in a row, and prints a line of JSON for each. Usage:
// node products.mjs [quick]
import { gemm, openDevice } from '../../../packages/kernels/src/index.ts';
import { warmUp } from './warmUp.mjs';

const quick = process.argv[2] === 'quick';
const gpu = await openDevice();
const sizes = quick
  ? [[64, 64, 64]]
  : [
      [4096, 4096, 4096],
      [512, 768, 768],
      [512, 3072, 768],
      [2048, 768, 768],
      [2048, 3072, 768],
      [2048, 768, 3072],
    ];
await warmUp(gpu, quick);
for (const type of ['f32', 'f16']) {
  for (const [m, n, k] of sizes) {
    for (const layout of ['NT', 'NN', 'TN']) {
      const [a, b, output] = [m * k, k * n, m * n].map((length) => gpu.allocate(type, length, 'matrix'));
      for (const array of [a, b, output]) gpu.clear(array);
      const repeats = quick ? 1 : Math.max(5, Math.round(4e11 / (2 * m * n * k)));
      const ms = await timeOf(() => gemm(gpu, { a, b, output, m, n, k, layout }), repeats);
      console.log(JSON.stringify({ layout, type, m, n, k, ms, tflops: (2 * m * n * k) / ms / 1e9 }));
      for (const array of [a, b, output]) gpu.release(array);
    }
  }
}
process.exit(0);

/** Milliseconds of one, best of three rounds, the first of all not counted. */
async function timeOf(record, repeats) {
  record();
  await gpu.idle();
  const times = [];
  for (let round = 0; round < 3; round++) {
    const began = performance.now();
    for (let index = 0; index < repeats; index++) record();
    await gpu.idle();
    times.push((performance.now() - began) / repeats);
  }
  return Math.min(...times);
}
