import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { readOptions } from '../cli/options.ts';
import type { TrainOptions } from '../cli/options.ts';
import { train } from './train.ts';

const ownMini = fileURLToPath(new URL('../../../../packages/bert/golden/own-mini', import.meta.url));

it('ends with a command to paste, and how far above the baselines the model is', async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  const folder = mkdtempSync(join(tmpdir(), 'attune train '));
  try {
    const rows = Array.from({ length: 12 }, (_, row) => ({ text: `It's "rain" ${row % 3}`, label: row % 2 }));
    const data = join(folder, 'data.jsonl');
    writeFileSync(data, rows.map((row) => JSON.stringify(row)).join('\n'));
    const words = ['--model', ownMini, '--dataset', data, '--max-steps', '1', '--output', join(folder, 'out')];
    const said: string[] = [];
    const commands = { shell: 'posix', toResume: 'npm run demo -- --resume' } as const;
    const result = await train(readOptions(words) as TrainOptions, (line) => said.push(line), commands);
    const [command, last] = said.slice(-2);
    expect(command).toContain(`Try it: npm run demo -- predict --model '${folder}/out' 'It'\\''s "rain"`);
    expect(last).toMatch(/^This model: accuracy .*(points above|no better than) .*the most frequent label/);
    expect(result.peakProcessBytes).toBeGreaterThan(2 ** 26);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
