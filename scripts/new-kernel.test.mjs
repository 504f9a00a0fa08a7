import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { newKernel } from './new-kernel.mjs';
import { rootFolder } from './setup/root-folder.mjs';

let source;
beforeEach(() => {
  source = mkdtempSync(join(tmpdir(), 'attune-new-kernel-'));
  mkdirSync(join(source, 'kernels'));
  for (const index of ['kernels/index.ts', 'reference.ts'])
    cpSync(join(rootFolder, 'packages/kernels/src', index), join(source, index));
});
afterEach(() => rmSync(source, { recursive: true }));

it('writes a folder of the shape that kernels have, and two lines', () => {
  const files = newKernel('swish', source);
  const inFolder = readdirSync(join(source, 'kernels/swish'));
  expect(inFolder.sort()).toEqual(
    ['forward.ts', 'index.ts', 'options.ts', 'reference.ts', 'swish.bench.ts', 'swish.test.ts', 'swish.wgsl'].sort(),
  );
  for (const file of files) expect(existsSync(file), file).toBe(true);
  expect(readFileSync(join(source, 'kernels/swish/options.ts'), 'utf8')).toContain('export interface SwishOptions {');
  expect(readFileSync(join(source, 'kernels/index.ts'), 'utf8').endsWith("export * from './swish/index.ts';\n")).toBe(
    true,
  );
  expect(
    readFileSync(join(source, 'reference.ts'), 'utf8').endsWith("export * from './kernels/swish/reference.ts';\n"),
  ).toBe(true);
  expect(files.map((file) => readFileSync(file, 'utf8')).join('')).not.toMatch(/kernelName/i);
});

it.each([
  ['Swish', /in camelCase/],
  ['my-kernel', /in camelCase/],
  ['../swish', /in camelCase/],
  ['softmax', /already/],
  ['class', /'class' is a word of JavaScript/],
  ['await', /'await' is a word of JavaScript/],
])('refuses %s', (name, message) => {
  expect(() => newKernel(name, source)).toThrow(message);
});

it('refuses the name of a function that another kernel exports', () => {
  mkdirSync(join(source, 'kernels/elementwise'));
  writeFileSync(
    join(source, 'kernels/elementwise/index.ts'),
    "/** Not of swish. */\nexport { scale } from './forward.ts';\n",
  );
  expect(() => newKernel('scale', source)).toThrow('kernels/elementwise/index.ts names something scale already');
  expect(newKernel('swish', source)).toHaveLength(9);
});

it('refuses an existing folder, and leaves it unchanged', () => {
  newKernel('swish', source);
  const before = readFileSync(join(source, 'kernels/index.ts'), 'utf8');
  expect(() => newKernel('swish', source)).toThrow(/already/);
  expect(readFileSync(join(source, 'kernels/index.ts'), 'utf8')).toBe(before);
});
