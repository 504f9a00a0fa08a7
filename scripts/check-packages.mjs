// Packs every package, installs each from a registry on loopback into an empty project, and
// tries it there as readers would; then all of them together. Prints a table; with --write it
// goes into docs/packages.md too.
// Usage: npm run check-packages [-- --write] [-- --only PART,PART], of manifests, runtimes, types,
// bundles, loaders and pages
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleProblem, bundlers, weigh, weights } from './check-packages/bundles.mjs';
import { checkLoaders } from './check-packages/loaders.mjs';
import { startMadeUpHub } from './check-packages/madeUpHub.mjs';
import { manifestProblems } from './check-packages/manifests.mjs';
import { packAll } from './check-packages/pack.mjs';
import { makeProject } from './check-packages/project.mjs';
import { startRegistry } from './check-packages/registry.mjs';
import { isSkipped, loadedTable, packageTable, typeTable, weightTable } from './check-packages/report.mjs';
import { runSnippets } from './check-packages/runtimes.mjs';
import { sideBySide } from './check-packages/sideBySide.mjs';
import { toolsFolder } from './check-packages/tools.mjs';
import { checkTypes, errorsOfTypes } from './check-packages/types.mjs';
import { ensureAdapter } from './setup/adapter.mjs';
import { installPackages } from './setup/packages.mjs';
import { rootFolder } from './setup/root-folder.mjs';
import { step } from './setup/step.mjs';
import { writePage } from './setup/write-page.mjs';

const args = process.argv.slice(2);
const parts = ['manifests', 'runtimes', 'types', 'bundles', 'loaders', 'pages'];
const only = args.includes('--only') ? args[args.indexOf('--only') + 1]?.split(',') : parts;
const unknown = args.filter((arg, index) => !['--write', '--only'].includes(arg) && args[index - 1] !== '--only');
if (unknown.length > 0 || !only?.every((part) => parts.includes(part))) {
  console.error(`Usage: npm run check-packages [-- --write] [-- --only ${parts.join(',')}]`);
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'attune-packages-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
await installPackages();
await ensureAdapter();
const tools = await toolsFolder();
const packages = await step('Packing', () => packAll(folder));
const registry = await startRegistry(packages);
const hub = await startMadeUpHub();

const problems = [];
const found = (where, problem) => problem && problems.push(`${where}: ${problem}`);
for (const packed of packages) {
  packed.runs = {};
  packed.bundled = {};
  if (only.includes('manifests'))
    for (const problem of await manifestProblems(packed, tools)) found(packed.name, problem);
}
if (only.includes('runtimes')) {
  const runAlone = async (packed) => {
    const project = await makeProject(join(folder, 'alone', packed.name), [packed.name], registry);
    packed.runs = await runSnippets(project, packed, tools, hub);
  };
  await step('Each package alone on every runtime', () => sideBySide(packages, runAlone));
  for (const { name, runs } of packages)
    for (const [runtime, problem] of Object.entries(runs)) found(`${name}, ${runtime}`, problem);
}

const everything = join(folder, 'everything');
if (only.some((part) => !['manifests', 'runtimes'].includes(part)))
  await step('Installing all packages', () =>
    makeProject(
      everything,
      packages.map(({ name }) => name),
      registry,
    ),
  );
let types = [];
if (only.includes('types')) {
  types = await step('Types', () => checkTypes(everything, packages, tools));
  for (const [error, where] of errorsOfTypes(types)) found(where.join('; '), error);
}
const weighed = {};
if (only.includes('bundles')) {
  const bundles = bundlers(tools);
  await step('Bundles', async () => {
    for (const [bundler, bundle] of Object.entries(bundles))
      for (const packed of packages) {
        packed.bundled[bundler] = await bundleProblem(bundle, everything, packed);
        found(`${packed.name}, ${bundler}`, packed.bundled[bundler]);
      }
    for (const [what, weight] of Object.entries(weights)) {
      weighed[what] = {};
      for (const [bundler, limit] of Object.entries(weight.limits)) {
        const size = (weighed[what][bundler] = await weigh(bundles[bundler], everything, weight));
        if (size > limit) found(`${what}, ${bundler}`, `${size.toFixed(1)} kB gzip, more than ${limit}`);
      }
    }
  });
}
const loaded = {};
if (only.includes('loaders')) {
  const elsewhere = join(folder, 'elsewhere');
  const check = () => checkLoaders(everything, { packages, tools, registry, elsewhere });
  Object.assign(loaded, await step('CommonJS, tsx, Jest, pnpm and Yarn', check));
}
if (only.includes('pages')) {
  // What opens a page is a package of the lock file, which a fresh clone has only by now.
  const { checkPages } = await import('./check-packages/pages.mjs');
  Object.assign(loaded, await step('Pages with a worker', () => checkPages(everything, tools)));
}
for (const [how, problem] of Object.entries(loaded)) if (!isSkipped(problem)) found(how, problem);
registry.stop();
hub.stop();

const report = [packageTable(packages), loadedTable(loaded), typeTable(types), weightTable(weighed, weights)]
  .filter(Boolean)
  .join('\n\n');
console.log(`\n${report}\n`);
if (args.includes('--write')) {
  const head =
    '# Packages as they are installed\n\nEach package, packed and installed alone from a registry into an empty project: the first snippet of its README on every runtime, and those marked `offline` without any hub; all of it through every bundler, ' +
    'its types under the settings that `tsc --init` writes, with `skipLibCheck: false`; and all together in a training by what projects have besides. Written by `npm run check-packages -- --write`.\n';
  const dawn = readFileSync(join(rootFolder, 'scripts/check-packages/dawn.md'), 'utf8');
  await writePage(join(rootFolder, 'docs/packages.md'), `${head}\n${report}\n\n${dawn}`);
}
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? 'The packages are fine.' : `${problems.length} problems.`);
process.exit(problems.length === 0 ? 0 : 1);
