// All packages at once, loaded by what projects have besides `import` of Node: CommonJS, tsx, Jest,
// and by other package managers: pnpm's folders, in which a package finds only what it names, and
// Yarn's Plug'n'Play, which leaves packages in archives and replaces parts of Node.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runQuietly } from '../setup/child.mjs';
import { environmentOutsideNpm, findPnpm, pnpmProgram } from '../setup/pnpm.mjs';
import { rootFolder } from '../setup/root-folder.mjs';
import { driverEnvironment } from '../vulkan-driver.mjs';
import { bundleByWebpack } from './bundles.mjs';
import { entriesOf } from './manifests.mjs';
import { npm } from './npm.mjs';
import { emptyProject } from './project.mjs';
import { denoEnvironment, runtimes } from './runtimes.mjs';
import { trainingCode } from './training.mjs';
import { compile } from './types.mjs';

/**
 * @param {string} project a project in which every package is installed
 * @param {{ packages: object[], tools: string, registry: object, elsewhere: string }} with
 *   `elsewhere`: a folder for projects of other package managers
 * @returns {Promise<Record<string, string>>} by loader: empty where all loaded, else what was said
 */
export async function checkLoaders(project, { packages, tools, registry, elsewhere }) {
  const entries = packages.flatMap(entriesOf);
  return {
    ...(await requireEverywhere(project, entries, tools)),
    '`import` in Deno, without permissions': await importUnpermitted(project, entries, tools),
    'tsx, in CommonJS': await trainByTsx(project, tools),
    Jest: await trainInJest(project, tools),
    'the bundle of a server, by webpack': await trainInServer(project, tools),
    'pnpm without hoisting, with its types': await importStrictly(join(elsewhere, 'pnpm'), {
      packages,
      entries,
      tools,
      registry,
    }),
    "Yarn 4 with Plug'n'Play": await trainByYarn(join(elsewhere, 'yarn'), { packages, tools, registry }),
  };
}

async function requireEverywhere(project, entries, tools) {
  writeFileSync(join(project, 'all.cjs'), entries.map((entry) => `require('${entry}');\n`).join(''));
  const results = {};
  for (const [runtime, [node]] of Object.entries(runtimes(tools)).filter(([name]) => name.startsWith('Node')))
    results[`\`require\` in ${runtime}`] = await run(node, ['all.cjs'], project);
  return results;
}

/** A module that is only imported asks a system for nothing. */
function importUnpermitted(project, entries, tools) {
  writeFileSync(join(project, 'all.mjs'), entries.map((entry) => `import '${entry}';\n`).join(''));
  const [deno] = runtimes(tools).Deno;
  return run(deno, ['run', '--no-prompt', '--node-modules-dir=manual', 'all.mjs'], project, denoEnvironment(tools));
}

function trainByTsx(project, tools) {
  const folder = join(project, 'commonjs');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }');
  const typed = trainingCode.replace('train(folder, given)', 'train(folder: string, given?: object)');
  writeFileSync(join(folder, 'training.ts'), `${typed}\nvoid train('./my-model');\n`);
  putModel(join(folder, 'my-model'));
  const loader = pathToFileURL(join(tools, 'node_modules/tsx/dist/loader.mjs')).href;
  return run(process.execPath, ['--import', loader, 'training.ts'], folder);
}

function trainInJest(project, tools) {
  mkdirSync(join(project, 'tests'), { recursive: true });
  const test = `${trainingCode}\ntest('trains', async () => expect(await train('./my-model')).toBeGreaterThan(0), 240_000);\n`;
  writeFileSync(join(project, 'tests/training.test.mjs'), test);
  putModel(join(project, 'my-model'));
  const config = { rootDir: project, roots: ['<rootDir>/tests'], testMatch: ['**/*.test.mjs'], transform: {} };
  const jest = join(tools, 'node_modules/jest/bin/jest.js');
  return run(process.execPath, ['--experimental-vm-modules', jest, '--config', JSON.stringify(config)], project);
}

async function trainInServer(project, tools) {
  writeFileSync(join(project, 'server.js'), `${trainingCode}\ntrain('./my-model');\n`);
  putModel(join(project, 'my-model'));
  const output = { path: join(project, 'server'), filename: 'server.cjs' };
  try {
    await bundleByWebpack(tools, { context: project, entry: './server.js', target: 'node', output });
  } catch (error) {
    return error.message;
  }
  return run(process.execPath, ['server/server.cjs'], project);
}

async function importStrictly(folder, { packages, entries, tools, registry }) {
  emptyProject(folder, registry);
  const names = packages.map(({ name }) => name);
  const pnpm = pnpmProgram(await findPnpm(), process.platform);
  const installed = await run(pnpm, ['add', '--config.hoist=false', '--allow-build=webgpu', ...names], folder);
  if (installed !== '') return installed;
  for (const name of ['all.mjs', 'all.mts'])
    writeFileSync(join(folder, name), entries.map((entry) => `import '${entry}';\n`).join(''));
  const settings = { module: 'nodenext', moduleResolution: 'nodenext', lib: ['es2022'] };
  const errors = await compile(folder, { tools, settings, files: ['all.mts'] });
  return errors.join('\n') || run(process.execPath, ['all.mjs'], folder);
}

async function trainByYarn(folder, { packages, tools, registry }) {
  emptyProject(folder, registry);
  // Yarn takes a folder for a project of its own by this file, and reads nothing of npm's.
  writeFileSync(join(folder, 'yarn.lock'), '');
  const settings = {
    npmRegistryServer: (await npm(folder, ['config', 'get', 'registry'])).trim(),
    npmScopes: { attune: { npmRegistryServer: registry.address } },
    npmPreapprovedPackages: ['@attune/*'],
    unsafeHttpWhitelist: ['127.0.0.1'],
    enableGlobalCache: false,
    enableTelemetry: false,
  };
  writeFileSync(join(folder, '.yarnrc.yml'), JSON.stringify(settings));
  writeFileSync(
    join(folder, 'training.mjs'),
    `${trainingCode}\nawait train('./my-model', { saveStrategy: 'epoch' });\n`,
  );
  putModel(join(folder, 'my-model'));
  const yarn = [join(tools, 'node_modules/@yarnpkg/cli-dist/bin/yarn.js')];
  const installed = await run(process.execPath, [...yarn, 'add', ...packages.map(({ name }) => name)], folder);
  return installed || run(process.execPath, [...yarn, 'node', 'training.mjs'], folder);
}

const putModel = (folder) => cpSync(join(rootFolder, 'packages/bert/golden/own-mini'), folder, { recursive: true });

/** @returns {Promise<string>} what it printed, where it failed */
async function run(command, args, cwd, added = {}) {
  const env = { ...environmentOutsideNpm(), ...driverEnvironment(), ...added };
  const { code, output } = await runQuietly(command, args, { cwd, env, timeout: 240_000 });
  return code === 0 ? '' : output.trim() || `ended with ${code}`;
}
