// The tests of every kernel in one program that needs no folder of modules. Built by
// scripts/gpu-kit.mjs. Tests of matrix units join in where the adapter has those.
import { openDevice } from '../../../packages/kernels/src/index.ts';
import { matrixConfigOf } from '../../../packages/kernels/src/kernels/gemm/subgroupMatrix/config.ts';
import { runTests } from '../runTests.mjs';

const tests = import.meta.glob([
  '../../../packages/kernels/src/{kernels,selfTest}/**/*.test.ts',
  '!../../../packages/kernels/src/**/*.matrix.test.ts',
]);
const matrixTests = import.meta.glob('../../../packages/kernels/src/**/*.matrix.test.ts');

// `--part 2/4` takes every fourth file: several processes test side by side.
const words = process.argv.slice(2);
const place = words.indexOf('--part');
const [part, parts] = place < 0 ? [1, 1] : words.splice(place, 2)[1].split('/').map(Number);

const gpu = await openDevice();
const { description, device, vendor, architecture, features } = gpu.info;
console.log(
  `${new Date().toISOString().slice(0, 10)}, ${[vendor, architecture, device, description].filter(Boolean).join(', ')}`,
);
console.log(features.join(' '));
console.log(JSON.stringify(gpu.profile));
const files = { ...(matrixConfigOf(gpu.profile) ? matrixTests : {}), ...tests };
gpu.destroy();

const own = Object.entries(files).filter((_, index) => index % parts === part - 1);
process.exit((await runTests(Object.fromEntries(own), words)) ? 0 : 1);
