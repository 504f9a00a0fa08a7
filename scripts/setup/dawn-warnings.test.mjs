import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WithoutDawnWarnings } from '../../packages/kernels/bin/withoutDawnWarnings.mjs';
import { rootFolder } from './root-folder.mjs';

const warnings = ['Uniform', 'Storage'].map(
  (kind) =>
    `Warning: maxDynamic${kind}BuffersPerPipelineLayout artificially reduced from 507904 to 16 to fit dynamic offset allocation limit.\n`,
);

async function filtered(...chunks) {
  const filter = new WithoutDawnWarnings();
  const passed = [];
  filter.on('data', (bytes) => passed.push(bytes));
  for (const chunk of chunks) filter.write(chunk);
  filter.end();
  await new Promise((resolve) => filter.on('end', resolve));
  return Buffer.concat(passed).toString();
}

describe("Dawn's two warnings", () => {
  it('are left out, wherever the bytes are cut', async () => {
    const text = `größer\n${warnings.join('')}Warning: other\nWarning: maxDynamic things\nend`;
    const expected = 'größer\nWarning: other\nWarning: maxDynamic things\nend';
    expect(await filtered(text)).toBe(expected);
    const bytes = Buffer.from(text);
    for (let cut = 1; cut < bytes.length; cut++)
      expect(await filtered(bytes.subarray(0, cut), bytes.subarray(cut)), `cut at ${cut}`).toBe(expected);
    expect(await filtered(...[...bytes].map((byte) => Buffer.of(byte)))).toBe(expected);
    expect(await filtered(warnings[0].trimEnd())).toBe('');
  });

  it('are all that waits for the end of its line', () => {
    const filter = new WithoutDawnWarnings();
    filter.write('Training … ');
    expect(filter.read().toString()).toBe('Training … ');
    filter.write('Warning: maxDynamic');
    expect(filter.read().toString()).toBe('Warning: maxDynamic');
    filter.write('\nWarning: maxDyn');
    expect(filter.read().toString()).toBe('\n');
    filter.write('o\n');
    expect(filter.read().toString()).toBe('Warning: maxDyno\n');
  });
});

describe('a program without them', () => {
  let folder;
  let words;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'attune-warnings-'));
    const program = join(folder, 'program.mjs');
    const starter = join(folder, 'starter.mjs');
    mkdirSync(join(folder, 'real'));
    symlinkSync(join(folder, 'real'), join(folder, 'linked'), 'junction');
    writeFileSync(join(folder, 'real/module.mjs'), 'export const { url } = import.meta;');
    writeFileSync(
      program,
      `import { writeSync } from 'node:fs';
import { url } from './linked/module.mjs';
console.error(['first', process.stderr.isTTY === true, process.stderr.columns, process.env.ATTUNE_STDERR].join(' '));
writeSync(2, ${JSON.stringify(warnings.join(''))});
writeSync(2, 'native words\\n');
console.log('out', url.includes('/real/'));
console.error('x'.repeat(100_000));
process.exitCode = 3;`,
    );
    const child = join(rootFolder, 'scripts/setup/child.mjs');
    writeFileSync(
      starter,
      `import { runOwnProgram } from ${JSON.stringify(child)};
process.exitCode = await runOwnProgram([${JSON.stringify(program)}]);`,
    );
    words = [starter];
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('keeps all else, and its exit code, through a pipe', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
    expect(status).toBe(3);
    expect(stdout).toBe('out true\n');
    expect(stderr.split('\n').filter((line) => line.length < 1000)).toEqual(
      expect.arrayContaining(['first false  ', 'native words']),
    );
    expect(stderr).toContain('x'.repeat(100_000));
    expect(stderr).not.toContain('maxDynamic');
  });

  it('keeps the order of both outputs in one file', () => {
    const file = join(folder, 'log');
    const descriptor = openSync(file, 'w');
    const { status } = spawnSync(process.execPath, words, { stdio: ['ignore', descriptor, descriptor] });
    closeSync(descriptor);
    expect(status).toBe(3);
    expect(readFileSync(file, 'utf8').replace('native words\n', '')).toBe(
      `first false  \nout true\n${'x'.repeat(100_000)}\n`,
    );
  });

  // Elsewhere `script` takes other words.
  it.runIf(process.platform === 'linux')('writes to a terminal as before', () => {
    const command = `stty cols 123; "${process.execPath}" "${words[0]}"`;
    const { status, stdout } = spawnSync('script', ['-qec', command, join(folder, 'typescript')], { encoding: 'utf8' });
    expect(status).toBe(3);
    expect(stdout).toContain('first true 123 ');
    expect(stdout).toContain('native words');
    expect(stdout).not.toContain('maxDynamic');
  });
});

describe('the workers of tests', () => {
  let folder;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'attune-workers-'));
    mkdirSync(join(folder, 'src'));
    const shared = JSON.stringify(join(rootFolder, 'vitest.shared.ts'));
    writeFileSync(join(folder, 'vitest.config.mjs'), `export { default } from ${shared};`);
    writeFileSync(
      join(folder, 'src/native.test.ts'),
      `import { writeSync } from 'node:fs';
writeSync(2, ${JSON.stringify(`${warnings.join('')}native words\n`)});
test('passes', () => {});`,
    );
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('run without them', () => {
    const vitest = join(rootFolder, 'node_modules/vitest/vitest.mjs');
    const words = [vitest, 'run', '--root', folder, '--globals'];
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });
    expect(stdout).toContain('1 passed');
    expect(stderr).toContain('native words');
    expect(stderr).not.toContain('maxDynamic');
    expect(status).toBe(0);
  });
});
