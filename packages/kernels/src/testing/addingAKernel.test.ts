import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const packageFolder = join(import.meta.dirname, '../..');
const guide = join(packageFolder, '../../docs/adding-a-kernel.md');
/** Beside the other kernels, as imports need it; the dot keeps other tools from seeing it. */
const folder = join(packageFolder, 'src/kernels', `.relu-${process.pid}`);
const require = createRequire(import.meta.url);

/** The code of the guide by file name: blocks that come after a line with nothing but the name. */
function filesOf(markdown: string): Map<string, string> {
  const blocks = markdown.matchAll(/^`relu\/([\w.]+)`\n\n```\w+\n([\s\S]*?)^```$/gm);
  return new Map([...blocks].map(([, name, code]) => [name!, code!]));
}

const files = filesOf(readFileSync(guide, 'utf8'));

beforeAll(() => {
  mkdirSync(folder);
  for (const [name, code] of files) writeFileSync(join(folder, name), code);
  run(join(packageFolder, '../../scripts/build/inline-wgsl.mjs'), join(packageFolder, 'src'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(program: string, ...words: readonly string[]): { readonly status: number | null; readonly text: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    cwd: packageFolder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
  });
  return { status, text: stdout + stderr };
}

it('shows every file of a kernel folder', () => {
  expect([...files.keys()].sort()).toEqual([
    'backward.ts',
    'forward.ts',
    'index.ts',
    'options.ts',
    'reference.ts',
    'relu.bench.ts',
    'relu.test.ts',
    'relu.wgsl',
    'reluBackward.wgsl',
  ]);
});

it('shows tests that pass', () => {
  const vitest = join(dirname(require.resolve('vitest/package.json')), 'vitest.mjs');
  const { status, text } = run(vitest, 'run', folder);
  expect(status, text).toBe(0);
  expect(text).toMatch(/Tests.* 22 passed/);
});

it('shows code that type-checks', () => {
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../../tsconfig.json', include: ['./*.ts'], compilerOptions: { rootDir: '../..' } }),
  );
  const typescript = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');
  const { status, text } = run(typescript, '-p', join(folder, 'tsconfig.json'));
  expect(status, text).toBe(0);
});
