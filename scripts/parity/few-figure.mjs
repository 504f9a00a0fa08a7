// Draws what little data can do, from the files of few-examples.mjs and mrpc-attune.mjs, and
// prints it in a sentence.
// Usage: node scripts/parity/few-figure.mjs MRPC_FOLDER OUT.svg RUNS.json [RUNS.json …]
import { readFileSync, writeFileSync } from 'node:fs';
import { beatenFrom, byRows, fewCurve, mostFrequent, sentence } from './few-curve.mjs';
import { validationLabels } from './validation-labels.mjs';

const [folder, out, ...files] = process.argv.slice(2);
if (files.length === 0) {
  console.error('Usage: node scripts/parity/few-figure.mjs MRPC_FOLDER OUT.svg RUNS.json [RUNS.json …]');
  process.exit(1);
}
// A run with all rows may be in two files.
const runs = new Map(
  files.flatMap((file) => JSON.parse(readFileSync(file, 'utf8')).runs).map((run) => [`${run.rows} ${run.seed}`, run]),
);
const points = byRows([...runs.values()]);
const baseline = mostFrequent(validationLabels(folder));
const from = beatenFrom(points, baseline);
writeFileSync(
  out,
  fewCurve(
    points,
    baseline,
    `MRPC validation by training rows; dashed: the most frequent label${from ? `, beaten from ${from} rows on` : ''}`,
  ),
);
console.log(sentence(points, baseline));
