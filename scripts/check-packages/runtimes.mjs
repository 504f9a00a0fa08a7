// The first snippet of each README, alone in a project, on every runtime.
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runQuietly } from '../setup/child.mjs';
import { rootFolder } from '../setup/root-folder.mjs';
import { driverEnvironment } from '../vulkan-driver.mjs';
import { sourceFolder } from './pack.mjs';
import { snippets } from './snippets.mjs';
import { loadTool, nodeVersions } from './tools.mjs';

/** Node 20 reads no TypeScript: what a snippet says of types is taken out. */
async function withoutTypes({ language, code }, tools) {
  if (language === 'js') return code;
  const { transform } = await loadTool(tools, 'esbuild');
  return (await transform(code, { loader: 'ts', target: 'esnext' })).code;
}

/** What starts a module in each runtime. */
function runtimes(tools) {
  const program = (...path) => join(tools, 'node_modules', ...path);
  const windows = process.platform === 'win32' ? '.exe' : '';
  const nodes = Object.keys(nodeVersions).map((major) => [
    `Node ${major}`,
    [program(`node${major}`, 'bin', `node${windows}`)],
  ]);
  return Object.fromEntries([
    ...nodes,
    ['Bun', [program('bun', 'bin', 'bun.exe')]],
    ['Deno', [program('deno', `deno${windows}`), 'run', '--allow-all', '--node-modules-dir=manual']],
  ]);
}

/**
 * @returns {Promise<Record<string, string>>} by runtime: empty where the snippet ran, else what it
 *   printed
 */
export async function runFirstSnippet(project, packed, tools, hub) {
  const [first] = snippets(join(sourceFolder(packed), 'README.md'));
  if (!first) return { README: 'has no snippet' };
  // A folder of one's own, where the snippet of the hub looks for one.
  cpSync(join(rootFolder, 'packages/bert/golden/own-mini'), join(project, 'my-model'), { recursive: true });
  writeFileSync(join(project, 'snippet.mjs'), await withoutTypes(first, tools));
  const results = {};
  for (const [runtime, [command, ...args]] of Object.entries(runtimes(tools))) {
    const { code, output } = await runQuietly(command, [...args, 'snippet.mjs'], {
      cwd: project,
      env: {
        ...process.env,
        ...driverEnvironment(),
        HF_HUB_OFFLINE: '',
        TRANSFORMERS_OFFLINE: '',
        HF_ENDPOINT: hub.address,
        HF_HOME: join(project, 'cache', runtime),
        DENO_NO_UPDATE_CHECK: '1',
        DENO_DIR: join(tools, 'deno-cache'),
      },
      timeout: 240_000,
    });
    results[runtime] = code === 0 ? '' : output.trim() || `ended with ${code}`;
  }
  return results;
}
