// Packs what a bare x86-64 Linux machine with a GPU and Python needs, to test every kernel there and to time kernels and training steps:
// Node, Dawn, the tests and the benchmark as one program each. About 45 MB in .gpu/, which git ignores.
// Usage: node scripts/gpu-kit.mjs      after a build; then, on that machine, in a copy of this folder: sh scripts/gpu/check.sh
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { testAliases } from './gpu/testAliases.mjs';
import { inlineWgsl } from './inline-wgsl.mjs';
import { rootFolder } from './setup/root-folder.mjs';

const kit = join(rootFolder, '.gpu');
const dawn = 'dist/linux-x64/dawn.node';
rmSync(kit, { recursive: true, force: true });
mkdirSync(join(kit, 'node_modules/webgpu/dist/linux-x64'), { recursive: true });

const pack = (from, to) => writeFileSync(join(kit, `${to}.gz`), gzipSync(readFileSync(from), { level: 9 }));
const webgpu = realpathSync(join(rootFolder, 'packages/kernels/node_modules/webgpu'));
pack(process.execPath, 'node');
pack(join(webgpu, dawn), `node_modules/webgpu/${dawn}`);
for (const file of ['package.json', 'index.js', 'LICENSE.md'])
  copyFileSync(join(webgpu, file), join(kit, 'node_modules/webgpu', file));
try {
  execFileSync('apt-get', ['download', 'libvulkan1'], { cwd: kit, stdio: 'ignore' });
} catch {
  console.log(
    'The Vulkan loader (libvulkan1) could not be downloaded with apt-get; the other machine must have its own.',
  );
}

inlineWgsl();
// The tests are those of the sources; the benchmark runs what is built.
const programs = {
  'scripts/gpu/kernelTests.mjs': ['attune-source', 'node'],
  'benchmarks/libraries/attune.mjs': ['node'],
};
for (const [entry, conditions] of Object.entries(programs)) {
  await build({
    configFile: false,
    root: rootFolder,
    logLevel: 'warn',
    resolve: {
      alias: testAliases,
    },
    ssr: { noExternal: true, external: ['webgpu'], resolve: { conditions } },
    build: {
      ssr: join(rootFolder, entry),
      outDir: kit,
      emptyOutDir: false,
      target: 'node20',
      rolldownOptions: { external: ['webgpu'], output: { entryFileNames: '[name].mjs', codeSplitting: false } },
    },
  });
}
console.log(execFileSync('du', ['-sh', kit], { encoding: 'utf8' }).trim());
