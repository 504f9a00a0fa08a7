import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, sha256, writeJson } from './files.mjs';
import { findPnpm, runPnpm } from './pnpm.mjs';
import { SetupProblem } from './problem.mjs';
import { rootFolder } from './root-folder.mjs';
import { step } from './step.mjs';

const modules = join(rootFolder, 'node_modules');
const stampPath = join(modules, '.attune', 'packages.json');
// Only npm writes it: `npm install NAME` puts its own folders in place of pnpm's, and
// pnpm takes them for its own.
const npmTrace = join(modules, '.package-lock.json');

/** Installs the packages of the lock file, unless node_modules already holds exactly those. */
export async function installPackages() {
  if (existsSync(npmTrace)) rmSync(modules, { recursive: true });
  const wanted = { fingerprint: fingerprint() };
  if (readJson(stampPath)?.fingerprint === wanted.fingerprint && workspaceFolders().every(hasModules)) return;
  const pnpm = await findPnpm();
  await step('Installing packages from the lock file', async () => {
    const { code, output } = await runPnpm(pnpm, [
      'install',
      '--frozen-lockfile',
      '--config.confirm-modules-purge=false',
      '--reporter=append-only',
    ]);
    if (code === 0) return;
    const outdated = output.includes('OUTDATED_LOCKFILE');
    throw new SetupProblem(
      outdated
        ? `A package.json was changed and pnpm-lock.yaml was not. Run \`${join(pnpm, 'pnpm')} install\` once and commit the lock file.`
        : 'The packages of pnpm-lock.yaml could not be installed. It needs a package registry in reach (npm config get registry) and about 500 MB of disk; then run the same command again.',
      output,
    );
  });
  writeJson(stampPath, wanted);
}

function workspaceFolders() {
  const inside = ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(rootFolder, parent)).map((name) => join(rootFolder, parent, name)),
  );
  return [...inside, join(rootFolder, 'examples')].filter((folder) => existsSync(join(folder, 'package.json')));
}

function hasModules(folder) {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return Object.keys({ ...dependencies, ...devDependencies }).every((name) =>
    existsSync(join(folder, 'node_modules', name)),
  );
}

/** Changes when an install could give another result: lock file, settings, manifests, machine. */
function fingerprint() {
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'].map((name) => join(rootFolder, name));
  const manifests = workspaceFolders().map((folder) => join(folder, 'package.json'));
  const contents = [...files, ...manifests].map((path) => readFileSync(path, 'utf8'));
  return sha256(JSON.stringify([process.platform, process.arch, contents]));
}
