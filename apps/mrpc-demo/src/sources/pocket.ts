import { BertConfig, BertForSequenceClassification, tokenizerFromFiles } from '@attune/bert';
import { ClassLabel, Dataset, value } from '@attune/data';
import { generatePocketPairs } from '../pocketPairs/generate.ts';
import type { PocketPair } from '../pocketPairs/generate.ts';
import { pocketVocabulary } from '../pocketPairs/vocabulary.ts';
import type { LabelledRow, TrainingSource } from './source.ts';

const labelNames = ['not_equivalent', 'equivalent'];

/** Longest input, in tokens, of what a user types; the model trains on pairs of at most 24. */
const maxPositions = 64;

/**
 * The embedded default: a small BERT with weights drawn from the seed, and sentence pairs made by
 * this program.
 */
export async function pocketSource(): Promise<TrainingSource> {
  const tokenizer = await tokenizerFromFiles({
    vocabulary: pocketVocabulary(),
    config: { do_lower_case: true, model_max_length: maxPositions },
  });
  const { train, validation } = generatePocketPairs();
  const datasetOf = (pairs: readonly PocketPair[]): Dataset<LabelledRow> =>
    Dataset.fromRows<LabelledRow>(pairs, {
      features: {
        sentence1: value('string'),
        sentence2: value('string'),
        label: new ClassLabel({ names: labelNames }),
        idx: value('int32'),
      },
    });
  const config = new BertConfig({
    vocabSize: tokenizer.vocabSize,
    hiddenSize: 64,
    numHiddenLayers: 2,
    numAttentionHeads: 4,
    intermediateSize: 128,
    maxPositionEmbeddings: maxPositions,
    hiddenDropoutProb: 0,
    attentionProbsDropoutProb: 0,
    // Trained from scratch, so narrow a model leaves its plateau within a few epochs if its initial
    // weights are large; with BERT's 0.02 it may never.
    initializerRange: 0.1,
    numLabels: 2,
    id2label: labelNames,
  });
  return {
    modelName: 'a small BERT (2 layers, hidden 64)',
    datasetName: 'pocket pairs',
    tokenizer,
    train: datasetOf(train),
    validation: datasetOf(validation),
    pairs: true,
    labelNames,
    createModel: (seed) => BertForSequenceClassification.fromConfig(config, { seed }),
    defaults: {
      numTrainEpochs: 6,
      perDeviceTrainBatchSize: 16,
      perDeviceEvalBatchSize: 64,
      learningRate: 2e-3,
      warmupSteps: 200,
    },
  };
}
