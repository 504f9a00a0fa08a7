import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootFolder } from '../setup/root-folder.mjs';
import { run } from './run.mjs';

/**
 * The two commands of the README in a fresh clone of the last commit, with a home folder of their
 * own that holds nothing.
 */
export async function freshClone() {
  const folder = mkdtempSync(join(tmpdir(), 'attune-fresh-'));
  const home = join(folder, 'home');
  const clone = join(folder, 'clone');
  mkdirSync(home);
  // The setup of this machine, by hand or by us, must not help.
  const env = {
    HOME: home,
    USERPROFILE: home,
    XDG_CACHE_HOME: undefined,
    VK_DRIVER_FILES: undefined,
    LD_LIBRARY_PATH: undefined,
    ATTUNE_REFERENCE: undefined,
    // The embedded default, on every machine the same work.
    HF_HUB_OFFLINE: '1',
  };
  try {
    execFileSync('git', ['clone', '--quiet', rootFolder, clone], { stdio: 'inherit' });
    const seconds = async (...args) => `${(await run('npm', args, { cwd: clone, env })).seconds.toFixed(1)} s`;
    return {
      'npm run demo, setup included': await seconds('run', 'demo'),
      'npm run demo -- --help, again': await seconds('run', 'demo', '--', '--help'),
      'npm test': await seconds('test'),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
