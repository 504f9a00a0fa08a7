import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { referenceFolder } from './reference-folder.mjs';
import { run } from './run.mjs';

/** The lesson with real pretrained weights, five seeds: the table of docs/parity.md, our side. */
export async function parity() {
  const reference = referenceFolder();
  const folder = mkdtempSync(join(tmpdir(), 'attune-parity-'));
  const out = join(folder, 'attune.json');
  const where = [join(reference, 'models/all-MiniLM-L6-v2'), join(reference, 'data/mrpc'), out];
  console.log('Five runs of three epochs: on two free cores 13 to 20 minutes each, in all one to two hours.');
  try {
    await run(process.execPath, ['scripts/attune.mjs', 'parity', 'mrpc', ...where, '42', '1', '2', '3', '4']);
    return Object.fromEntries(
      JSON.parse(readFileSync(out, 'utf8')).runs.map(({ seed, epochs, seconds }) => {
        const scores = epochs.map(({ accuracy, f1 }) => `${accuracy.toFixed(3)} / ${f1.toFixed(3)}`);
        return [`seed ${seed}`, `${scores.join(', ')} in ${seconds.toFixed(0)} s`];
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
