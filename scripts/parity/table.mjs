// Prints the table of docs/parity.md from the files of mrpc-attune.mjs and mrpc_transformers.py.
// Usage: node scripts/parity/table.mjs ATTUNE.json TRANSFORMERS.json MRPC_FOLDER
import { readFileSync } from 'node:fs';
import { report } from './compare.mjs';
import { validationLabels } from './validation-labels.mjs';

const [ours, theirs, folder] = process.argv.slice(2);
if (!folder) {
  console.error('Usage: node scripts/parity/table.mjs ATTUNE.json TRANSFORMERS.json MRPC_FOLDER');
  process.exit(1);
}
const runsOf = (file) => JSON.parse(readFileSync(file, 'utf8')).runs;
console.log(report(runsOf(ours), runsOf(theirs), validationLabels(folder)));
