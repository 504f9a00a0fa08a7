// Packs what a bare x86-64 Linux machine with a GPU needs, to test every kernel there and to time
// steps, products and a whole run: Node, Dawn, the libraries of a Vulkan driver without a screen,
// our programs and PyTorch's side. About 60 MB in .gpu/, which git ignores.
// Usage: node scripts/gpu-kit.mjs [--mrpc FOLDER] [--vocabulary FOLDER]
// then, on that machine: sh .gpu/check.sh RESULTS
//   --mrpc         a folder with MRPC's train.tsv and validation.tsv; without it the run is on
//                  made-up pairs
//   --vocabulary   a folder with BERT's vocab.txt, which belongs to it
//   --to FOLDER    in place of .gpu
//   --quick        only our programs, for a dry run here: sh FOLDER/check.sh RESULTS --quick
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { copyLibraries } from './gpu/libraries.mjs';
import { testAliases } from './gpu/testAliases.mjs';
import { inlineWgsl } from './build/inline-wgsl.mjs';
import { rootFolder } from './setup/root-folder.mjs';

const { values } = parseArgs({
  options: {
    mrpc: { type: 'string' },
    vocabulary: { type: 'string' },
    to: { type: 'string', default: join(rootFolder, '.gpu') },
    quick: { type: 'boolean', default: false },
  },
});
const kit = resolve(values.to);
rmSync(kit, { recursive: true, force: true });
mkdirSync(kit, { recursive: true });

const ownFiles = [
  'check.sh',
  'check.mjs',
  'clocks.mjs',
  'driver.mjs',
  'section.mjs',
  'summary.mjs',
  'pytorchSteps.py',
  'transformersRun.py',
];
for (const file of ownFiles) copyFileSync(join(rootFolder, 'scripts/gpu', file), join(kit, file));
writeFileSync(join(kit, 'version.txt'), `${version()}\n`);
packRuntime();
for (const [name, files] of Object.entries({ mrpc: ['train.tsv', 'validation.tsv'], vocabulary: ['vocab.txt'] })) {
  if (!values[name]) continue;
  mkdirSync(join(kit, name));
  for (const file of files) copyFileSync(join(values[name], file), join(kit, name, file));
}

inlineWgsl();
const program = (name) => join(rootFolder, 'scripts/gpu/programs', `${name}.mjs`);
const programs = Object.fromEntries(
  ['describe', 'kernelTests', 'steps', 'products', 'attention', 'tune', 'makeModel'].map((name) => [
    name,
    program(name),
  ]),
);
for (const [name, entry] of Object.entries({ ...programs, demo: join(rootFolder, 'apps/mrpc-demo/src/main.ts') }))
  await bundle(name, entry);
if (!values.quick) console.log(execFileSync('du', ['-sh', kit], { encoding: 'utf8' }).trim());

/** The commit that is packed, and whether the tree is as it was then. */
function version() {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { cwd: rootFolder, encoding: 'utf8' }).trim();
  } catch {
    return 'no commit';
  }
}

function packRuntime() {
  const webgpu = realpathSync(join(rootFolder, 'packages/kernels/node_modules/webgpu'));
  mkdirSync(join(kit, 'node_modules'));
  const packed = join(kit, 'node_modules/webgpu');
  if (values.quick) {
    symlinkSync(webgpu, packed);
    return;
  }
  const dawn = 'dist/linux-x64/dawn.node';
  mkdirSync(join(packed, 'dist/linux-x64'), { recursive: true });
  const pack = (from, to) => writeFileSync(`${to}.gz`, gzipSync(readFileSync(from), { level: 9 }));
  pack(process.execPath, join(kit, 'node'));
  pack(join(webgpu, dawn), join(packed, dawn));
  for (const file of ['package.json', 'index.js', 'LICENSE.md']) cpSync(join(webgpu, file), join(packed, file));
  const missing = copyLibraries(join(kit, 'libraries'));
  if (missing.length > 0)
    console.log(`apt-get could not download ${missing.join(', ')}: the other machine must have its own.`);
}

/**
 * One file of the sources and all that they import: tests and programs alike, as
 * nothing of it has to be built.
 */
async function bundle(name, entry) {
  await build({
    configFile: false,
    root: rootFolder,
    logLevel: 'warn',
    resolve: {
      alias: [
        ...Object.entries(testAliases).map(([find, replacement]) => ({ find, replacement })),
        { find: /^.*\/packages\/(\w+)\/dist\/index\.js$/, replacement: join(rootFolder, 'packages/$1/src/index.ts') },
      ],
    },
    ssr: { noExternal: true, external: ['webgpu'], resolve: { conditions: ['attune-source', 'node'] } },
    build: {
      ssr: entry,
      outDir: kit,
      emptyOutDir: false,
      target: 'node20',
      rolldownOptions: { external: ['webgpu'], output: { entryFileNames: `${name}.mjs`, codeSplitting: false } },
    },
  });
}
