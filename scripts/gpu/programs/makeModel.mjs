// A BERT of random weights with a vocabulary, and, where none was packed, sentence pairs with the
// columns of MRPC: for timing a whole run.
// Usage: node makeModel.mjs OUTPUT [--vocabulary FOLDER] [--pairs FOLDER] [--quick]
// --pairs is the folder that gets made-up pairs
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generatePocketPairs } from '../../../apps/mrpc-demo/src/pocketPairs/generate.ts';
import { pocketVocabulary } from '../../../apps/mrpc-demo/src/pocketPairs/vocabulary.ts';
import { BertConfig, BertForSequenceClassification, tokenizerFromFiles } from '../../../packages/bert/src/index.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { vocabulary: { type: 'string' }, pairs: { type: 'string' }, quick: { type: 'boolean', default: false } },
});
const [output] = positionals;
const vocabulary = values.vocabulary ? readFileSync(join(values.vocabulary, 'vocab.txt'), 'utf8') : pocketVocabulary();
const tokenizer = await tokenizerFromFiles({ vocabulary, config: { do_lower_case: true, model_max_length: 512 } });
const small = { hiddenSize: 32, numHiddenLayers: 1, numAttentionHeads: 2, intermediateSize: 64 };
// BERT-base keeps its 30522 tokens, whatever the vocabulary: its table is a fifth of its weights.
const config = new BertConfig({ numLabels: 2, ...(values.quick && { ...small, vocabSize: tokenizer.vocabSize }) });
const model = await BertForSequenceClassification.fromConfig(config, { seed: 42 });
await model.savePretrained(output);
await tokenizer.savePretrained(output);
if (values.pairs) writePairs(values.pairs, values.quick ? { train: 32, validation: 8 } : {});
process.exit(0);

/** Each sentence twice, about as long as those of MRPC. */
function writePairs(folder, counts) {
  mkdirSync(folder, { recursive: true });
  for (const [split, pairs] of Object.entries(generatePocketPairs(counts))) {
    const rows = pairs.map(({ sentence1, sentence2, label }) =>
      [label, ...[sentence1, sentence2].map(lengthened)].join('\t'),
    );
    writeFileSync(join(folder, `${split}.tsv`), ['label\tsentence1\tsentence2', ...rows, ''].join('\n'));
  }
}

function lengthened(sentence) {
  return `${sentence} ${sentence}`;
}
