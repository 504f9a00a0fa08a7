// Runs the tests of kernels for matrix units, on an adapter that has them: a GPU, or
// Mesa 26's software driver.
// Usage: node scripts/matrix-tests.mjs [--as-gpu[=amd|intel|apple]] [word of a file's path]...
// with the driver of VK_DRIVER_FILES, if it is set; ATTUNE_NODE may name another Node to run them
// with, for a driver that needs a newer C library than the system's. With --as-gpu all other tests
// of kernels run, on a software driver that says it is a GPU: whether they hold where the variants,
// f16 and matrix units of GPUs are chosen.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { rootFolder } from './setup/root-folder.mjs';

const node = process.env.ATTUNE_NODE ?? process.execPath;
const vitest = join(rootFolder, 'node_modules/vitest/vitest.mjs');
const asGpu = /^--as-gpu(?:=(.*))?$/;
const words = process.argv.slice(2).filter((word) => !asGpu.test(word));
const [, maker = 'nvidia'] = process.argv.map((word) => asGpu.exec(word)).find(Boolean) ?? [];
const played = words.length < process.argv.length - 2;
const { status } = spawnSync(node, [vitest, 'run', ...words], {
  cwd: join(rootFolder, 'packages/kernels'),
  env: { ...process.env, ...(played ? { ATTUNE_AS_GPU: maker } : { ATTUNE_MATRIX: '1' }) },
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
