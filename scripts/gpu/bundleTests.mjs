import { join } from 'node:path';
import { build } from 'vite';
import { inlineWgsl } from '../build/inline-wgsl.mjs';
import { rootFolder } from '../setup/root-folder.mjs';
import { testAliases } from './testAliases.mjs';

/**
 * Bundles test files and the sources that they test into one file, for a runtime that reads no
 * TypeScript of packages.
 * @param {string} entry from `scripts/` on
 * @param {object} options
 * @param {string} options.outDir where `tests.mjs` is written
 * @param {import('vite').UserConfig} options.config what this runtime wants besides
 * @returns {Promise<string>} the file
 */
export async function bundleTests(entry, { outDir, config: { resolve = {}, build: own = {}, ...config } }) {
  inlineWgsl();
  const input = join(rootFolder, 'scripts', entry);
  await build({
    configFile: false,
    root: rootFolder,
    logLevel: 'warn',
    ...config,
    resolve: { ...resolve, alias: { ...testAliases, ...resolve.alias } },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2023',
      minify: false,
      modulePreload: false,
      chunkSizeWarningLimit: Infinity,
      ...own,
      rolldownOptions: {
        input,
        ...own.rolldownOptions,
        output: { entryFileNames: 'tests.mjs', codeSplitting: false, keepNames: true },
      },
    },
  });
  return join(outDir, 'tests.mjs');
}
