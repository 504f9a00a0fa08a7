import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkImports } from './check-imports.mjs';
import { parseModule } from './imports/parse-module.mjs';
import { rootFolder } from './setup/root-folder.mjs';

const folders = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

/**
 * A workspace with these files; every package named in them gets a manifest that declares
 * everything it may import.
 */
function problemsOf(files) {
  const folder = mkdtempSync(join(tmpdir(), 'attune-imports-'));
  folders.push(folder);
  const write = (path, text) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  for (const owner of new Set(Object.keys(files).map((path) => path.split('/').slice(0, 2).join('/')))) {
    const dependencies = Object.fromEntries((declared[owner] ?? []).map((name) => [name, '*']));
    write(
      `${owner}/package.json`,
      JSON.stringify({ name: `@attune/${owner.split('/')[1]}`, dependencies, imports: { '#platform': {} } }),
    );
  }
  for (const [path, text] of Object.entries(files)) write(path, text);
  return checkImports(folder).problems;
}

const declared = {
  'packages/kernels': ['webgpu'],
  'packages/tensor': ['@attune/kernels'],
  'packages/bert': ['@attune/tensor', '@attune/hub', '@huggingface/tokenizers'],
  'packages/trainer': ['@attune/data', '@attune/tensor'],
  'apps/demo': ['@attune/bert', '@attune/trainer'],
};

describe('the import rules', () => {
  it('hold in this repository', () => {
    expect(checkImports(rootFolder).problems).toEqual([]);
  });

  it('accept good code', () => {
    expect(
      problemsOf({
        'packages/kernels/src/platform/node.ts':
          "import { cpus } from 'node:os';\nexport const load = () => import('webgpu');\nexport type Dawn = typeof import('webgpu');\nprocess.env;\ncpus();",
        'packages/kernels/src/platform/browser.ts': 'export const load = () => navigator.gpu as GPU;',
        'packages/kernels/src/index.ts':
          "import { load } from '#platform';\nexport const device: Promise<GPUDevice> = load();",
        'packages/tensor/src/index.ts':
          "import { device } from '@attune/kernels';\nimport type { A } from './a.ts';\nexport const process = (a: A) => a.navigator + a.process;",
        'packages/tensor/src/a.ts': 'export interface A { navigator: string; process: string; GPUDevice: 1 }',
        'packages/tensor/src/a.test.ts':
          "import { it } from 'vitest';\nimport fs from 'node:fs';\nit(process.cwd(), () => fs);",
        'apps/demo/src/main.ts':
          "import { Trainer } from '@attune/trainer';\nimport '@attune/bert';\nimport 'node:fs';\nprocess.exit(Trainer);",
      }),
    ).toEqual([]);
  });

  it('lets a platform side be several files that only it imports', () => {
    const platform = {
      'packages/hub/src/platform/node.ts': "export { read } from './disk.ts';",
      'packages/hub/src/platform/browser.ts': 'export const read = () => null;',
      'packages/hub/src/platform/disk.ts': "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;",
    };
    expect(problemsOf({ ...platform, 'packages/hub/src/index.ts': "export { read } from '#platform';" })).toEqual([]);
    expect(
      problemsOf({ ...platform, 'packages/hub/src/index.ts': "export { read } from './platform/disk.ts';" }),
    ).toEqual([
      'packages/hub/src/platform/disk.ts:1: node:fs exists only in Node: use it in src/platform/node.ts and import that as #platform',
    ]);
  });

  const broken = [
    [
      'an import upwards',
      { 'packages/kernels/src/a.ts': "import '@attune/tensor';" },
      '@attune/kernels must not import @attune/tensor',
    ],
    [
      'the trainer importing bert',
      { 'packages/trainer/src/a.ts': "import type { B } from '@attune/bert';" },
      '@attune/trainer must not import @attune/bert',
    ],
    [
      'the same in a test',
      { 'packages/trainer/src/a.test.ts': "import '@attune/bert';" },
      '@attune/trainer must not import @attune/bert',
    ],
    [
      'the same as a dynamic import',
      { 'packages/trainer/src/a.ts': "await import('@attune/bert');" },
      '@attune/trainer must not import @attune/bert',
    ],
    [
      'the same as a re-export',
      { 'packages/trainer/src/a.ts': "export * from '@attune/bert';" },
      '@attune/trainer must not import @attune/bert',
    ],
    [
      'a way into another package by its files',
      { 'packages/tensor/src/a.ts': "import '../../kernels/src/gpu.ts';" },
      'leaves the package',
    ],
    ['node: in shared code', { 'packages/data/src/a.ts': "import 'node:fs';" }, 'node:fs exists only in Node'],
    ['node modules without the prefix', { 'packages/data/src/a.ts': "import 'fs';" }, 'fs exists only in Node'],
    [
      'a Node global in shared code',
      { 'packages/data/src/a.ts': 'export const a = process.env;' },
      'process exists only in Node',
    ],
    [
      'the same through globalThis',
      { 'packages/data/src/a.ts': 'export const a = globalThis.Buffer;' },
      'Buffer exists only in Node',
    ],
    [
      'a browser global in shared code',
      { 'packages/tensor/src/a.ts': 'export const a = navigator.gpu;' },
      'navigator exists only in a browser',
    ],
    [
      'a GPU type outside kernels',
      { 'packages/tensor/src/a.ts': 'export type A = GPUDevice;' },
      "GPUDevice: only packages/kernels names WebGPU's types",
    ],
    [
      'a GPU type that readers may lack, as a global',
      {
        'packages/kernels/src/device/webGpuTypes.ts': 'export type GPUBuffer = object;',
        'packages/kernels/src/a.ts': 'export interface A { buffer: GPUBuffer }',
      },
      'a.ts:1: GPUBuffer: import the type from packages/kernels/src/device/webGpuTypes.ts',
    ],
    [
      'WGSL outside kernels',
      { 'packages/tensor/src/a.wgsl': '', 'packages/tensor/src/a.ts': '' },
      'WGSL belongs into packages/kernels',
    ],
    [
      'webgpu in two places',
      { 'packages/kernels/src/a.ts': "await import('webgpu');" },
      'only packages/kernels/src/platform/node.ts may import webgpu',
    ],
    [
      'webgpu loaded at once',
      { 'packages/kernels/src/platform/node.ts': "import 'webgpu';" },
      'webgpu must be loaded with a dynamic import',
    ],
    [
      'a package that is not declared',
      { 'packages/data/src/a.ts': "import 'left-pad';" },
      'left-pad is not among the dependencies',
    ],
    [
      'one side of the platform by its file',
      { 'packages/hub/src/a.ts': "import './platform/node.ts';", 'packages/hub/src/platform/node.ts': '' },
      'import #platform',
    ],
    [
      'a platform with two faces',
      {
        'packages/hub/src/a.ts': "import { read } from '#platform';",
        'packages/hub/src/platform/node.ts': 'export const read = 1;',
        'packages/hub/src/platform/browser.ts': '',
      },
      'packages/hub/src/platform/browser.ts does not export read',
    ],
    [
      'a tokenizer that reaches tensor',
      {
        'packages/bert/src/tokenizer/index.ts': "export * from './a.ts';",
        'packages/bert/src/tokenizer/a.ts': "import { b } from '../b.ts';",
        'packages/bert/src/b.ts': "import '@attune/tensor';",
      },
      'packages/bert/src/tokenizer/index.ts must not reach @attune/tensor',
    ],
    ['an import without its ending', { 'packages/data/src/a.ts': "import './b';" }, 'a relative import ends in .ts'],
    [
      'test helpers in the product',
      { 'packages/data/src/a.ts': "import './testing/b.ts';", 'packages/data/src/testing/b.ts': '' },
      'is a helper of tests',
    ],
    [
      'a package that the map does not know',
      { 'packages/extra/src/a.ts': '' },
      'the map (scripts/imports/rules.mjs) does not name this package',
    ],
    ['code that does not parse', { 'packages/data/src/a.ts': 'const = 1;' }, 'does not parse'],
  ];

  it.each(broken)('find %s', (_, files, words) => {
    expect(problemsOf(files).join('\n')).toContain(words);
  });

  it('distinguish names that are used from names that are declared or only written', () => {
    const names = (source) => parseModule('a.ts', source).names.map(({ name }) => name);
    expect(names('const { a: [b, ...c], d = e } = f; g(b.h, { i: j, k }, c[l]); class M { n = 1; o() {} }')).toEqual(
      expect.arrayContaining(['e', 'f', 'g', 'j', 'k', 'l']),
    );
    expect(
      names('const { a: [b, ...c], d = e } = f; g(b.h, { i: j, k }, c[l]); class M { n = 1; o() {} }'),
    ).toHaveLength(6);
    expect(names('function f<T>(process: T, { a }: { a: B }): C { try { process; } catch (q) { q; } }')).toEqual([
      'B',
      'C',
    ]);
    expect(names('const { process } = globalThis as { process?: unknown };')).toContain('process');
  });
});
