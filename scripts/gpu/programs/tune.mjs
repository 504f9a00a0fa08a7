// Tunes the products anew, keeps the table for the processes after this one, and prints it as JSON.
import { openDevice, tuneKernels } from '../../../packages/kernels/src/index.ts';
import { warmUp } from './warmUp.mjs';

const quick = process.argv[2] === 'quick';
const gpu = await openDevice();
await warmUp(gpu, quick);
const began = performance.now();
let rows = '';
await tuneKernels(gpu, { again: true, ...(quick && { budget: 0.1 }), print: (text) => (rows = text) });
const seconds = (performance.now() - began) / 1000;
// `rows` are for kernels/gemm/choice/measuredChoices.ts.
console.log(JSON.stringify({ seconds, classes: gpu.tuned.size, table: Object.fromEntries(gpu.tuned), rows }));
process.exit(0);
