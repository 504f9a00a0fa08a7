// Prints the table of docs/parity.md from the files of mrpc-attune.mjs and mrpc_transformers.py.
// Usage: node scripts/parity/table.mjs ATTUNE.json TRANSFORMERS.json MRPC_FOLDER
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { report } from './compare.mjs';

const [ours, theirs, folder] = process.argv.slice(2);
if (!folder) {
  console.error('Usage: node scripts/parity/table.mjs ATTUNE.json TRANSFORMERS.json MRPC_FOLDER');
  process.exit(1);
}
const runsOf = (file) => JSON.parse(readFileSync(file, 'utf8')).runs;
const lines = readFileSync(join(folder, 'validation.tsv'), 'utf8')
  .replace(/^\uFEFF/, '')
  .trimEnd()
  .split(/\r?\n/);
const column = lines[0].split('\t').indexOf('Quality');
const right = lines.slice(1).map((line) => line.split('\t')[column]);
console.log(report(runsOf(ours), runsOf(theirs), right.join('')));
