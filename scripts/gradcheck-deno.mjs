// Compares the gradients of all operations of @attune/tensor with finite differences on Deno's own
// WebGPU (wgpu): `node scripts/gradcheck-deno.mjs`. Tests do the same on Dawn. Deno is fetched on
// the first call, with the other programs that packages are tried with.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundle } from './bundle-size.mjs';
import { toolsFolder } from './check-packages/tools.mjs';
import { rootFolder, rootInCode } from './setup/root-folder.mjs';
import { driverEnvironment } from './vulkan-driver.mjs';

const tensor = join(rootFolder, 'packages/tensor');
const cases = ['table', 'shapes', 'reductions', 'products', 'losses'].flatMap((name) =>
  JSON.parse(readFileSync(join(tensor, `golden/torch_${name}.json`), 'utf8')),
);

const code = `
  import { defaultDevice } from '${rootInCode}/packages/tensor/src/index.ts';
  import { checkOperation } from '${rootInCode}/packages/tensor/src/testing/gradientTable.ts';
  const cases = ${JSON.stringify(cases.filter(({ gradients }) => gradients))};
  const { info } = await defaultDevice();
  const wrong = [];
  let right = 0;
  for (const name of new Set(cases.map(({ operation }) => operation))) {
    try {
      if (await checkOperation(cases.filter(({ operation }) => operation === name))) right += 1;
      else wrong.push(name + ': no case to check');
    } catch (error) {
      wrong.push(name + ': ' + error.message);
    }
  }
  console.log('Deno ' + Deno.version.deno + ', ' + info.description + ': gradients of ' + right + ' operations are right');
  for (const line of wrong) console.log(line);
  Deno.exit(wrong.length === 0 ? 0 : 1);
`;

const folder = mkdtempSync(join(tmpdir(), 'attune-gradcheck-'));
try {
  const chunks = await bundle({ code });
  for (const chunk of chunks) {
    mkdirSync(dirname(join(folder, chunk.fileName)), { recursive: true });
    writeFileSync(join(folder, chunk.fileName), chunk.code);
  }
  const { fileName } = chunks.find(({ isEntry }) => isEntry);
  const tools = await toolsFolder();
  const deno = join(tools, 'node_modules/deno', process.platform === 'win32' ? 'deno.exe' : 'deno');
  const { status } = spawnSync(deno, ['run', '--allow-all', '--unstable-webgpu', fileName], {
    cwd: folder,
    stdio: 'inherit',
    env: { ...process.env, ...driverEnvironment(), DENO_NO_UPDATE_CHECK: '1', DENO_DIR: join(tools, 'deno-cache') },
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
