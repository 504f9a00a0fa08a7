// Runs the tests of kernels for matrix units, on an adapter that has them: a GPU, or Mesa 26's software driver. Usage: node
// scripts/matrix-tests.mjs        with the driver of VK_DRIVER_FILES, if it is set; ATTUNE_NODE may name another Node to run them with, for
// a driver that needs a newer C library than the system's.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { rootFolder } from './setup/root-folder.mjs';

const node = process.env.ATTUNE_NODE ?? process.execPath;
const vitest = join(rootFolder, 'node_modules/vitest/vitest.mjs');
const { status } = spawnSync(node, [vitest, 'run', ...process.argv.slice(2)], {
  cwd: join(rootFolder, 'packages/kernels'),
  env: { ...process.env, ATTUNE_MATRIX: '1' },
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
