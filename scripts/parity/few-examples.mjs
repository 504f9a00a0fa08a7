// Accuracy and F1 on MRPC's validation rows after training on few rows: what little data can do.
// Usage: node scripts/attune.mjs parity few-examples MODEL MRPC_FOLDER OUT.json [ROWS …]
// ROWS: default 50 200 1000 all
import { writeFileSync } from 'node:fs';
import { readMrpc, trainOnMrpc } from './mrpc-run.mjs';

const seeds = [42, 1, 2];
const [checkpoint, folder, out, ...given] = process.argv.slice(2);
const counts = given.length > 0 ? given : ['50', '200', '1000', 'all'];
if (!out || !counts.every((count) => /^([1-9]\d*|all)$/.test(count))) {
  console.error('Usage: node scripts/attune.mjs parity few-examples MODEL MRPC_FOLDER OUT.json [ROWS …]');
  process.exit(1);
}
const data = await readMrpc(checkpoint, folder);
const ones = Array.from(data.validation.column('label')).filter((label) => label === 1).length;
const share = ones / data.validation.numRows;
console.log(`always the most frequent label: ${share.toFixed(3)} / ${((2 * share) / (1 + share)).toFixed(3)}`);
const runs = [];
for (const count of counts) {
  for (const seed of seeds) {
    const rows = count === 'all' ? data.train.numRows : Number(count);
    const run = await trainOnMrpc(data, { seed, rows });
    runs.push(run);
    writeFileSync(out, JSON.stringify({ runs }));
    const { accuracy, f1 } = run.epochs.at(-1);
    console.log(`${rows} rows, seed ${seed}: ${accuracy.toFixed(3)} / ${f1.toFixed(3)} in ${run.seconds.toFixed(0)} s`);
  }
}
process.exit(0);
