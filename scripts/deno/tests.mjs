// The tests that run on Deno's own WebGPU, in one program: kernels against their
// float64 references, tensors and their gradients, and a model. Built and started
// by scripts/deno-tests.mjs.
import { openDevice } from '../../packages/kernels/src/index.ts';
import { rareHeads, runTests } from '../gpu/runTests.mjs';
import { onlyDawn } from './ownWebGpu.mjs';

const files = import.meta.glob([
  '../../packages/kernels/src/{kernels,random,wgsl,selfTest}/**/*.test.ts',
  '../../packages/kernels/src/recording/compileError.test.ts',
  '../../packages/kernels/src/testing/arrays.test.ts',
  '../../packages/tensor/src/{autograd,functional,nn,optim}/**/*.test.ts',
  '../../packages/bert/src/heads/ownMini.test.ts',
  './training.mjs',
  '!../../packages/kernels/src/**/*.matrix.test.ts',
]);

const gpu = await openDevice();
const { description, vendor, features } = gpu.info;
console.log(`Deno ${globalThis.Deno.version.deno}, ${vendor} ${description}; ${features.join(' ')}`);
console.log(JSON.stringify(gpu.profile));
gpu.destroy();

// What wgpu says of too much memory is what the driver says.
const leftOut = new RegExp(`${rareHeads.source}|memory of a workgroup`);
const reasons = new Map([
  [onlyDawn, "compiled on Dawn's null backend"],
  ['which this device lacks', 'need subgroups'],
]);
const whySkipped = (message) => [...reasons].find(([words]) => message.includes(words))?.[1] ?? null;
// Every wait for results takes a tenth of a second and more there, whatever the size: without --all
// or a word the sizes are few, and tensor's operations run in one table with their gradients.
const words = process.argv.slice(2).filter((word) => word !== '--all');
const fewSizes = words.length === process.argv.length - 2;
if (fewSizes && words.length === 0)
  for (const path of Object.keys(files))
    if (/tensor\/src\/(functional|nn|optim)\//.test(path) && !path.includes('everyOperation')) delete files[path];
process.exit((await runTests(files, words, { leftOut, fewSizes, whySkipped })) ? 0 : 1);
