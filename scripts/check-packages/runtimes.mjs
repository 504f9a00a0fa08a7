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
export function runtimes(tools) {
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

/** Deno keeps what it has compiled in our cache folder, and asks nobody for a newer version. */
export const denoEnvironment = (tools) => ({ DENO_NO_UPDATE_CHECK: '1', DENO_DIR: join(tools, 'deno-cache') });

/**
 * Runs the first snippet, beside the made-up hub, and those that need no hub, without any.
 * @returns {Promise<Record<string, string>>} by runtime: empty where all ran, else what was printed
 */
export async function runSnippets(project, packed, tools, hub) {
  const all = snippets(join(sourceFolder(packed), 'README.md'));
  if (all.length === 0) return { README: 'has no snippet' };
  // A local folder for the snippets of @attune/hub that read one.
  cpSync(join(rootFolder, 'packages/bert/golden/own-mini'), join(project, 'my-model'), { recursive: true });
  const chosen = [all[0], ...all.slice(1).filter(({ offline }) => offline)];
  const results = {};
  for (const [number, snippet] of chosen.entries()) {
    const file = `snippet-${number}.mjs`;
    writeFileSync(join(project, file), await withoutTypes(snippet, tools));
    for (const [runtime, command] of Object.entries(runtimes(tools))) {
      const home = { HF_HOME: join(project, 'cache', runtime) };
      const online = { ...home, HF_HUB_OFFLINE: '', TRANSFORMERS_OFFLINE: '', HF_ENDPOINT: hub.address };
      const env = snippet.offline ? { ...home, HF_HUB_OFFLINE: '1' } : online;
      results[runtime] = (results[runtime] ?? '') + (await runSnippet([...command, file], { project, tools, env }));
    }
  }
  return results;
}

/** @returns {Promise<string>} what it printed, where it failed */
async function runSnippet([command, ...args], { project, tools, env }) {
  const { code, output } = await runQuietly(command, args, {
    cwd: project,
    env: {
      ...process.env,
      ...driverEnvironment(),
      ...env,
      ...denoEnvironment(tools),
    },
    timeout: 240_000,
  });
  return code === 0 ? '' : output.trim() || `ended with ${code}`;
}
