// The lesson in Attune, once a seed: our side of mrpc_transformers.py, with the
// same arguments and file.
// Usage: node scripts/attune.mjs parity mrpc MODEL MRPC_FOLDER OUT.json SEED [SEED …]
import { writeFileSync } from 'node:fs';
import { readMrpc, trainOnMrpc } from './mrpc-run.mjs';

const [checkpoint, folder, out, ...seeds] = process.argv.slice(2);
if (seeds.length === 0 || !seeds.every((seed) => /^\d+$/.test(seed))) {
  console.error('Usage: node scripts/attune.mjs parity mrpc MODEL MRPC_FOLDER OUT.json SEED [SEED …]');
  process.exit(1);
}
const data = await readMrpc(checkpoint, folder);
const runs = [];
for (const seed of seeds.map(Number)) {
  const run = await trainOnMrpc(data, { seed });
  runs.push(run);
  writeFileSync(out, JSON.stringify({ runs }));
  const scores = run.epochs.map(({ accuracy, f1 }) => `${accuracy.toFixed(3)} / ${f1.toFixed(3)}`);
  console.log(`seed ${seed}: ${scores.join(', ')} in ${run.seconds.toFixed(0)} s`);
}
process.exit(0);
