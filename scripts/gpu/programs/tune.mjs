// Tunes the products anew, keeps the table for the processes after this one, and prints it as JSON.
import { openDevice, tuneKernels } from '../../../packages/kernels/src/index.ts';
import { warmUp } from './warmUp.mjs';

const quick = process.argv[2] === 'quick';
const gpu = await openDevice();
await warmUp(gpu, quick);
const began = performance.now();
const enough = new Error('one class is enough');
let classes = 0;
await tuneKernels(gpu, {
  again: true,
  onProgress: (done) => {
    classes = done;
    if (quick) throw enough;
  },
}).catch((error) => {
  if (error !== enough) throw error;
});
const seconds = (performance.now() - began) / 1000;
console.log(JSON.stringify({ seconds, classes, table: Object.fromEntries(gpu.tuned) }));
process.exit(0);
