import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AutoTokenizer } from '../packages/bert/dist/index.js';
import { loadDataset } from '../packages/data/dist/index.js';

/**
 * Writes the batches of one shuffled pass over MRPC's training pairs, as rows of token ids of their
 * own lengths, for every library to read.
 */
export async function writeEpoch({ folder, tokenizer: tokenizerFolder, batchSize }) {
  const tokenizer = await AutoTokenizer.fromPretrained(tokenizerFolder);
  const { train } = await loadDataset('tsv', { dataFiles: { train: join(folder, 'train.tsv') } });
  const rows = [...train.shuffle({ seed: 42 })].map((row) => {
    const { input_ids, token_type_ids } = tokenizer(row.sentence1, row.sentence2, { truncation: true });
    return { input_ids: [...input_ids], token_type_ids: [...token_type_ids], label: Number(row.label) };
  });
  // The last, smaller batch is left out, so that every step is alike.
  const batches = Array.from({ length: Math.floor(rows.length / batchSize) }, (_, index) =>
    rows.slice(index * batchSize, (index + 1) * batchSize),
  );
  const longest = (batch) => Math.max(...batch.map(({ input_ids }) => input_ids.length));
  const places = batches.reduce((sum, batch) => sum + batch.length * longest(batch), 0);
  const tokens = batches.flat().reduce((sum, { input_ids }) => sum + input_ids.length, 0);
  const file = join(mkdtempSync(join(tmpdir(), 'attune-bench-')), 'epoch.json');
  writeFileSync(file, JSON.stringify(batches));
  return { file, batches: batches.length, examples: rows.length, padding: 1 - tokens / places };
}
