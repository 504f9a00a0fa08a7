// Runs the tests of kernels for matrix units, on an adapter that has them: a GPU, or
// Mesa 26's software driver.
// Usage: node scripts/matrix-tests.mjs [--as-gpu[=amd|intel|apple|least]]
//     [--interpreted=LANES[,WORD]...] [word of a file's path]...
// with the driver of VK_DRIVER_FILES, if it is set; ATTUNE_NODE may name another Node to run them
// with, for a driver that needs a newer C library than the system's. With --as-gpu all other tests
// of kernels run, on a software driver that says it is a GPU: whether they hold where the variants,
// f16 and matrix units of GPUs are chosen. With --interpreted they run on an interpreter, slowly,
// which fails those whose kernels have races: packages/kernels/src/testing/interpreter.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { rootFolder } from './setup/root-folder.mjs';

const node = process.env.ATTUNE_NODE ?? process.execPath;
const vitest = join(rootFolder, 'node_modules/vitest/vitest.mjs');
const asGpu = /^--as-gpu(?:=(.*))?$/;
const interpreted = /^--interpreted=(.*)$/;
const words = process.argv.slice(2).filter((word) => !asGpu.test(word) && !interpreted.test(word));
const optionOf = (pattern) => process.argv.map((word) => pattern.exec(word)).find(Boolean);
const played = optionOf(asGpu);
const lanes = optionOf(interpreted);
const chosen = {
  ...(played && { ATTUNE_AS_GPU: played[1] ?? 'nvidia' }),
  ...(lanes && { ATTUNE_INTERPRETED: lanes[1] }),
  ...(!played && !lanes && { ATTUNE_MATRIX: '1' }),
};
const { status } = spawnSync(node, [vitest, 'run', ...words], {
  cwd: join(rootFolder, 'packages/kernels'),
  env: { ...process.env, ...chosen },
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
