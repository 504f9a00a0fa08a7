// The tests that run in a page, in one program: kernels against their float64 references,
// what is said of one that does not compile, and models that a page
// loads and saves. Built and
// opened by scripts/browser-tests.mjs.
import { rareHeads, runTests } from '../gpu/runTests.mjs';

const files = import.meta.glob([
  '../../packages/kernels/src/kernels/**/*.test.ts',
  '../../packages/kernels/src/recording/compileError.test.ts',
  '../../packages/kernels/src/testing/arrays.test.ts',
  './modelFolder.mjs',
  '!../../packages/kernels/src/**/*.matrix.test.ts',
]);

const reasons = new Map([
  ['only Dawn in Node has the backend', "compiled on Dawn's null backend"],
  ['which this device lacks', 'need a feature that this device lacks'],
]);
const whySkipped = (message) => [...reasons].find(([words]) => message.includes(words))?.[1] ?? null;

/** @returns {Promise<boolean>} whether all passed */
export const run = ({ words, fewSizes }) => runTests(files, words, { leftOut: rareHeads, fewSizes, whySkipped });
