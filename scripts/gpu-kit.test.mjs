import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSection } from './gpu/section.mjs';
import { Summary } from './gpu/summary.mjs';
import { rootFolder } from './setup/root-folder.mjs';
import { driverEnvironment } from './vulkan-driver.mjs';

const run = promisify(execFile);
const minutes = 60_000;
let scratch;
beforeAll(() => (scratch = mkdtempSync(join(tmpdir(), 'attune-kit-'))));
afterAll(() => rmSync(scratch, { recursive: true }));

describe('a section', () => {
  const section = (program, seconds) => {
    const lines = [];
    const output = join(scratch, 'section.jsonl');
    const options = { command: process.execPath, args: ['-e', program], seconds, output };
    return runSection({ ...options, onLine: (line) => lines.push(line) }).then((problem) => ({ problem, lines }));
  };

  it('keeps its results when its time runs out', async () => {
    const { problem, lines } = await section('console.log("first"); setInterval(() => {}, 1000)', 2);
    expect(problem).toBe('out of time after 2 s');
    expect(lines).toEqual(['first']);
    expect(readFileSync(join(scratch, 'section.jsonl'), 'utf8')).toBe('first\n');
  });

  it('says why it failed', async () => {
    const { problem } = await section('console.log("some"); console.error("no card"); process.exit(4)', 20);
    expect(problem).toBe('exit 4: no card');
  });
});

it('a summary has forty lines', () => {
  const path = join(scratch, 'summary.txt');
  const summary = new Summary(path);
  for (let line = 0; line < 60; line++) summary.add(`line ${line}`);
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  expect(lines).toHaveLength(40);
  expect(lines[39]).toBe('The rest is in the files beside this one.');
});

// The other machine is a Linux machine.
describe.runIf(process.platform === 'linux')('the kit', () => {
  // What a user has set for PyTorch does not belong to the dry run.
  const environment = { ...process.env, ...driverEnvironment(), PYTHON: 'no-python' };
  let kit;
  beforeAll(async () => {
    kit = join(scratch, 'kit');
    await run(process.execPath, [join(rootFolder, 'scripts/gpu-kit.mjs'), '--quick', '--to', kit]);
  }, 5 * minutes);
  const check = async (folder, ...words) => {
    const args = [join(kit, 'check.sh'), join(scratch, folder), ...words];
    const code = await run('sh', args, { env: environment }).then(
      () => 0,
      (error) => error.code,
    );
    return { code, summary: readFileSync(join(scratch, folder, 'summary.txt'), 'utf8') };
  };

  it(
    'completes a dry run on a software driver',
    async () => {
      const { code, summary } = await check('dry', '--quick', '--minutes', '30');
      expect(summary).not.toContain('PROBLEM');
      expect(code).toBe(0);
      expect(summary).toMatch(/Kernel tests: \d+ passed, 0 failed/);
      expect(summary).toMatch(/Step 2 x 8 as is, f32 [\d.]+ ms \(GPU .* dispatches, \d+ MiB\); fp16 [\d.]+ ms/);
      expect(summary).toMatch(/Step 2 x 8 robustness and cleared workgroup memory off, f32 [\d.]+ ms/);
      expect(summary).toMatch(/Step 2 x 8 products by \w+, f32 [\d.]+ ms/);
      expect(summary).toMatch(/Step 2 x 8 tuned, f32 [\d.]+ ms/);
      expect(summary).toMatch(/made-up pairs, batch 8, f32: [\d.]+ steps\/s/);
      expect(summary).toMatch(/made-up pairs, batch 8, fp16: [\d.]+ steps\/s/);
      expect(summary).toMatch(/f16 TN 64 x 64 x 64: [\d.]+ TFLOP\/s/);
      for (const pass of ['f32 forward', 'f32 backward', 'f16 forward', 'f16 backward']) {
        const [line] = new RegExp(`Attention 2 x 8, heads of 32, ${pass}, ms: .*`).exec(summary) ?? [''];
        for (const variant of ['byRow', 'tiled', 'padded', 'flash'])
          expect(line).toMatch(new RegExp(`${variant} [\\d.]+`));
        expect(line.match(/\(default\)/g)).toHaveLength(1);
      }
      const files = readdirSync(join(scratch, 'dry'));
      for (const file of [
        'adapter.json',
        'kernelTests.txt',
        'steps-as-is.jsonl',
        'tune.jsonl',
        'attention.jsonl',
        'products.jsonl',
      ])
        expect(files).toContain(file);
      const steps = readFileSync(join(scratch, 'dry/steps-as-is.jsonl'), 'utf8').trim().split('\n').map(JSON.parse);
      // Each with the memory of its own model alone: fp16's is not f32's and its own.
      const [single, half] = steps.map(({ peakMB }) => peakMB);
      expect(half).toBeLessThan(1.7 * single);
    },
    30 * minutes,
  );

  it(
    'does not mistake a software adapter for a GPU, and runs nothing on it',
    async () => {
      const { code, summary } = await check('software');
      expect(code).toBe(3);
      expect(summary).toMatch(/NO GPU ANSWERS/);
      expect(summary).toMatch(/a software adapter|NoAdapterError/);
      expect(summary).not.toMatch(/^-- /m);
    },
    2 * minutes,
  );
});
