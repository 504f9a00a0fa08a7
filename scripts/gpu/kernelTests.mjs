// The tests of every kernel in one program that needs no folder of modules. Built by
// scripts/gpu-kit.mjs. Tests of matrix units join in where the adapter has those.
import { startTests } from '@vitest/runner';
import { openDevice } from '../../packages/kernels/src/index.ts';
import { matrixConfigOf } from '../../packages/kernels/src/kernels/gemm/subgroupMatrix.ts';

const tests = import.meta.glob([
  '../../packages/kernels/src/{kernels,selfTest}/**/*.test.ts',
  '!../../packages/kernels/src/**/*.matrix.test.ts',
]);
const matrixTests = import.meta.glob('../../packages/kernels/src/**/*.matrix.test.ts');

const gpu = await openDevice();
const { description, device, vendor, architecture, features } = gpu.info;
console.log(
  `${new Date().toISOString().slice(0, 10)}, ${[vendor, architecture, device, description].filter(Boolean).join(', ')}`,
);
console.log(features.join(' '));
console.log(JSON.stringify(gpu.profile));
const files = { ...tests, ...(matrixConfigOf(gpu.profile) ? matrixTests : {}) };
gpu.destroy();

let [passed, failed] = [0, 0];
const wanted = process.argv.slice(2);
const paths = Object.keys(files).filter((path) => wanted.length === 0 || wanted.some((word) => path.includes(word)));
await startTests(paths, {
  config: {
    root: import.meta.dirname,
    setupFiles: [],
    passWithNoTests: false,
    allowOnly: false,
    sequence: { seed: 0, hooks: 'stack', setupFiles: 'list' },
    maxConcurrency: 1,
    testTimeout: 240_000,
    hookTimeout: 240_000,
    retry: 0,
    includeTaskLocation: false,
    tags: [],
  },
  importFile: (path) => files[path](),
  onAfterRunSuite(suite) {
    if (suite.filepath) console.log(`${suite.name} ${((suite.result?.duration ?? 0) / 1000).toFixed(1)} s`);
    for (const error of suite.result?.errors ?? []) report(suite.name, error);
  },
  onAfterRunTask(task) {
    if (task.result?.state === 'pass') passed += 1;
    else {
      failed += 1;
      for (const error of task.result?.errors ?? []) report(`${task.suite?.name ?? ''} ${task.name}`, error);
    }
  },
});
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

function report(name, { message }) {
  console.log(`FAILED ${name}\n  ${String(message).split('\n').slice(0, 6).join('\n  ')}`);
}
