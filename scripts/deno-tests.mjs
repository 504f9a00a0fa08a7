// Runs tests on Deno's own WebGPU, which is another implementation than Dawn: wgpu, as in Firefox.
// `npm run test-deno` comes here.
// Usage: node scripts/deno-tests.mjs [--all] [WORD …]
// only files whose path holds one of the words; two sizes of each test, or all
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleTests } from './gpu/bundleTests.mjs';
import { runUntilSilent } from './setup/child.mjs';
import { findDeno } from './setup/deno.mjs';
import { rootFolder } from './setup/root-folder.mjs';

const [deno, program] = await Promise.all([findDeno(), bundle()]);
const flags = ['--allow-all', '--no-config', '--unstable-webgpu'];
// Deno may stand still in its WebGPU, where no limit inside the program counts. It prints a line
// for each file, the longest of which takes four minutes on two busy cores.
const minutes = 20;
process.exitCode = await runUntilSilent(deno, ['run', ...flags, program, ...process.argv.slice(2)], {
  silence: minutes * 60_000,
  onSilence: () =>
    console.error(
      `Deno was stopped, which had printed nothing for ${minutes} minutes: name some tests by words, or try again where less else runs.`,
    ),
});

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
