// The programs that packages are tried with, at pinned versions, in our cache folder: half a
// gigabyte that only this check needs, so it is no dependency of the workspace.
import { existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cacheFolder } from '../setup/cache-folder.mjs';
import { sha256 } from '../setup/files.mjs';
import { makeFolder } from '../setup/make-folder.mjs';
import { step } from '../setup/step.mjs';
import { npm } from './npm.mjs';

export const nodeVersions = { 20: '20.20.2', 22: '22.23.3', 24: '24.21.0' };
export const typescriptVersions = ['5.6.3', '5.9.3', '6.0.3', '7.0.2'];

const dependencies = {
  ...Object.fromEntries(
    Object.entries(nodeVersions).map(([major, version]) => [`node${major}`, `npm:node@${version}`]),
  ),
  ...Object.fromEntries(typescriptVersions.map((version) => [`typescript-${version}`, `npm:typescript@${version}`])),
  bun: '1.4.5',
  deno: '2.9.6',
  esbuild: '0.28.2',
  rollup: '4.68.8',
  '@rollup/plugin-node-resolve': '16.0.3',
  vite: '8.4.0',
  webpack: '5.113.0',
  jest: '30.5.2',
  tsx: '4.23.15',
  publint: '0.3.25',
  '@yarnpkg/cli-dist': '4.18.1',
};

/** A module of those packages. */
export function loadTool(tools, name) {
  const { resolve } = createRequire(join(tools, 'package.json'));
  return import(pathToFileURL(resolve(name)).href);
}

/** The folder that holds them in its node_modules. */
export const toolsFolder = () => fetchTools('package-tools', dependencies, 'Fetching runtimes, compilers and bundlers');

/**
 * A folder in our cache whose node_modules holds these packages; npm fetches them the first time.
 * @param {string} name of the folder's kind
 * @param {Record<string, string>} packages versions by name
 * @param {string} title of the step that is shown meanwhile
 * @returns {Promise<string>}
 */
export async function fetchTools(name, packages, title) {
  const manifest = JSON.stringify({ private: true, dependencies: packages }, null, 2);
  const folder = join(cacheFolder, name, sha256(process.platform + process.arch + manifest).slice(0, 12));
  if (existsSync(folder)) return folder;
  await step(title, () =>
    makeFolder(folder, async (beside) => {
      writeFileSync(join(beside, 'package.json'), manifest);
      // The npm packages of Node, Bun and Deno put their programs in place by an install script.
      await npm(beside, ['install', '--ignore-scripts=false']);
    }),
  );
  return folder;
}
