import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runQuietly } from './child.mjs';
import { listing, readJson, sha256, writeJson } from './files.mjs';
import { SetupProblem } from './problem.mjs';
import { rootFolder } from './root-folder.mjs';
import { step } from './step.mjs';
import { turboCommand } from './turbo.mjs';

const stampPath = join(rootFolder, 'node_modules', '.attune', 'build.json');

/**
 * Builds every package through turbo, unless no source and no built file has changed since the last
 * build.
 */
export async function build() {
  if (readJson(stampPath)?.fingerprint === fingerprint()) return;
  const turbo = await turboCommand([
    'run',
    'build',
    '--continue=dependencies-successful',
    '--output-logs=errors-only',
    '--no-color',
  ]);
  await step('Building', async () => {
    const { code, output } = await runQuietly(turbo.command, turbo.args, turbo.options);
    if (code !== 0) throw new SetupProblem('The build failed; its messages are below.', output);
  });
  writeJson(stampPath, { fingerprint: fingerprint() });
}

/** Sizes and times of every file that the build reads or writes. */
function fingerprint() {
  const shared = [
    'pnpm-lock.yaml',
    'turbo.json',
    'tsconfig.base.json',
    'tsconfig.build.json',
    'scripts/build/inline-wgsl.mjs',
    'scripts/build/name-late.mjs',
    'scripts/build/ship-shaders.mjs',
  ].map((name) => join(rootFolder, name));
  const packages = ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(rootFolder, parent)).map((name) => join(rootFolder, parent, name)),
  );
  const unbuilt = packages.filter(
    (folder) => existsSync(join(folder, 'tsconfig.build.json')) && !existsSync(join(folder, 'dist')),
  );
  if (unbuilt.length > 0) return null;
  const parts = packages.flatMap((folder) =>
    ['src', 'dist', 'package.json', 'tsconfig.json', 'tsconfig.build.json'].map((name) => join(folder, name)),
  );
  return sha256([...shared, ...parts].map(listing).join(''));
}
