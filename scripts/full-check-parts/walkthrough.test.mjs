import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newKernel } from '../new-kernel.mjs';
import { rootFolder } from '../setup/root-folder.mjs';
import { stepsOf } from './walkthrough.mjs';

const steps = stepsOf(readFileSync(join(rootFolder, 'CONTRIBUTING.md'), 'utf8'));
const commands = steps.flatMap(({ command }) => command ?? []);
const [, name] = commands.map((command) => /^npm run new-kernel -- (\w+)$/.exec(command)).find(Boolean);

let root;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'attune-walkthrough-'));
  const source = join(root, 'packages/kernels/src');
  mkdirSync(join(source, 'kernels'), { recursive: true });
  for (const index of ['kernels/index.ts', 'reference.ts'])
    cpSync(join(rootFolder, 'packages/kernels/src', index), join(source, index));
  newKernel(name, source);
});
afterAll(() => rmSync(root, { recursive: true }));

it('goes from the clone to a kernel whose tests fail first and pass then', () => {
  expect(commands.slice(0, 2)).toEqual([
    expect.stringMatching(/^git clone https:\S+ \w+$/),
    expect.stringMatching(/^cd /),
  ]);
  const tests = steps.filter(({ command }) => command === `npm test -- kernels/${name}`);
  expect(tests.map(({ fails }) => fails)).toEqual([true, false]);
});

it('writes only files that new-kernel has made, and keeps their shape', () => {
  const files = steps.filter(({ file }) => file);
  expect(files.map(({ file }) => file).sort()).toEqual([
    `packages/kernels/src/kernels/${name}/reference.ts`,
    `packages/kernels/src/kernels/${name}/${name}.wgsl`,
  ]);
  for (const { file, content } of files) {
    expect(existsSync(join(root, file)), file).toBe(true);
    const bindings = (text) => text.match(/^@group.*$/gm);
    expect(bindings(content)).toEqual(bindings(readFileSync(join(root, file), 'utf8')));
  }
});

it('names scripts that there are', () => {
  const { scripts } = JSON.parse(readFileSync(join(rootFolder, 'package.json'), 'utf8'));
  for (const command of commands) {
    const [, script] = /^npm run ([\w-]+)/.exec(command) ?? [];
    if (script) expect(scripts).toHaveProperty(script);
  }
});
