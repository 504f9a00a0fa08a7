import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { referenceFolder } from './reference-folder.mjs';
import { run } from './run.mjs';

/** All of MRPC through the demo with a tiny checkpoint, defaults, one epoch. */
export async function mrpc() {
  const reference = referenceFolder();
  const output = mkdtempSync(join(tmpdir(), 'attune-mrpc-'));
  const options = [
    '--model',
    join(reference, 'golden/tiny-bert'),
    '--dataset',
    join(reference, 'data/mrpc'),
    '--epochs',
    '1',
    '--output',
    output,
    '--json',
  ];
  try {
    const { stdout } = await run(process.execPath, ['scripts/attune.mjs', 'demo', ...options]);
    const result = JSON.parse(stdout.trim().split('\n').at(-1));
    return Object.fromEntries(
      Object.entries(result).map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : value]),
    );
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}
