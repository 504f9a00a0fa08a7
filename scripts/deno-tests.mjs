// Runs tests on Deno's own WebGPU, which is another implementation than Dawn: wgpu, as in Firefox.
// `npm run test-deno` comes here.
// Usage: node scripts/deno-tests.mjs [--all] [WORD …]
// only files whose path holds one of the words; two sizes of each test, or all
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleTests } from './gpu/bundleTests.mjs';
import { runInForeground } from './setup/child.mjs';
import { findDeno } from './setup/deno.mjs';
import { rootFolder } from './setup/root-folder.mjs';

const [deno, program] = await Promise.all([findDeno(), bundle()]);
const flags = ['--allow-all', '--no-config', '--unstable-webgpu'];
// Deno may stand still in its WebGPU, where no limit inside the program counts. All tests take 20
// minutes on two busy cores.
const timeout = 60 * 60_000;
const start = performance.now();
process.exitCode = await runInForeground(deno, ['run', ...flags, program, ...process.argv.slice(2)], { timeout });
if (performance.now() - start >= timeout)
  console.error(
    `Deno was stopped after ${timeout / 60_000} minutes, before the last of these tests: name some by words, or try again where less else runs.`,
  );

function bundle() {
  const dawn = String(pathToFileURL(realpathSync(join(rootFolder, 'packages/kernels/node_modules/webgpu/index.js'))));
  return bundleTests('deno/tests.mjs', {
    outDir: join(rootFolder, 'node_modules/.attune/deno'),
    config: {
      plugins: [{ name: 'attune-places', transform: { filter: { code: 'import.meta.' }, handler: ownPlaces } }],
      resolve: { alias: { webgpu: join(rootFolder, 'scripts/deno/ownWebGpu.mjs'), dawn } },
      ssr: { noExternal: true, resolve: { conditions: ['attune-source', 'node'] } },
      build: { ssr: true, rolldownOptions: { external: [dawn] } },
    },
  });
}

/** Files that are read beside a module lie where it came from. */
function ownPlaces(code, id) {
  return code
    .replaceAll('import.meta.url', JSON.stringify(String(pathToFileURL(id))))
    .replaceAll('import.meta.dirname', JSON.stringify(dirname(id)));
}
