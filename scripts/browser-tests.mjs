// Runs the kernels' tests in a page of a browser without a window: Chromium, with its own WebGPU.
// `npm run test-browser` comes here.
// Usage: node scripts/browser-tests.mjs [--all] [WORD …]
// only files whose path holds one of the words; two sizes of each test, or all
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openPage } from './browser/page.mjs';
import { bundleTests } from './gpu/bundleTests.mjs';
import { rootFolder } from './setup/root-folder.mjs';

const words = process.argv.slice(2).filter((word) => word !== '--all');
const fewSizes = words.length === process.argv.length - 2;
const program = await bundleTests('browser/tests.mjs', {
  outDir: join(rootFolder, 'node_modules/.attune/browser'),
  config: {
    resolve: { conditions: ['attune-source', 'browser', 'import'] },
    build: { rolldownOptions: { preserveEntrySignatures: 'strict' } },
  },
});
const path = '/tests.mjs';
// A small model, for tests that load one.
const model = join(rootFolder, 'packages/bert/golden/own-mini');
const served = readdirSync(model).map((name) => [`/model/${name}`, readFileSync(join(model, name))]);
const page = await openPage({ [path]: readFileSync(program), ...Object.fromEntries(served) });
try {
  console.log(`${page.browserName}, ${page.adapter}`);
  page.onMessage((text) => console.log(text));
  const run = async ({ path: module, ...options }) => (await import(module)).run(options);
  process.exitCode = (await page.evaluate(run, { path, words, fewSizes })) ? 0 : 1;
} finally {
  await page.close();
}
