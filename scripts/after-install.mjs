// Runs after `pnpm install`, `npm install` and `yarn`. Only pnpm knows the workspace: what another
// one has installed is removed, and the packages of the lock file are installed instead.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeJson } from './setup/files.mjs';
import { npmLock } from './setup/npm-lock.mjs';
import { rootFolder } from './setup/root-folder.mjs';

const program = process.env.npm_config_user_agent ?? '';
if (/^(npm|yarn|bun)\//.test(program)) {
  console.error('Attune is kept in a pnpm workspace: pnpm takes over from here. `npm run` works as usual.');
  for (const name of ['node_modules', 'package-lock.json', 'yarn.lock', '.pnp.cjs', 'bun.lock'])
    rmSync(join(rootFolder, name), { recursive: true, force: true });
  process.argv.push('install');
  await import('./attune.mjs');
} else {
  const manifest = JSON.parse(readFileSync(join(rootFolder, 'package.json'), 'utf8'));
  writeJson(join(rootFolder, 'package-lock.json'), npmLock(manifest));
}
