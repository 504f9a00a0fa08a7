import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The labels of MRPC's validation rows, one digit each, from a folder with validation.tsv. */
export function validationLabels(folder) {
  const lines = readFileSync(join(folder, 'validation.tsv'), 'utf8')
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/);
  const column = lines[0].split('\t').indexOf('Quality');
  return lines
    .slice(1)
    .map((line) => line.split('\t')[column])
    .join('');
}
