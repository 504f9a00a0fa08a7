import type { Device } from '@attune/tensor';
import { BertConfig } from '../config/bertConfig.ts';
import { BertForSequenceClassification } from '../heads/sequenceClassification.ts';

type Settings = Partial<ConstructorParameters<typeof BertConfig>[0]>;

/** A BERT for two classes as small as they come, the same each time. */
export function makeTinyBert(device: Device, settings: Settings = {}): Promise<BertForSequenceClassification> {
  const config = new BertConfig({
    vocabSize: 40,
    hiddenSize: 32,
    numHiddenLayers: 2,
    numAttentionHeads: 2,
    intermediateSize: 64,
    maxPositionEmbeddings: 16,
    ...settings,
  });
  return BertForSequenceClassification.fromConfig(config, { device, seed: 1 });
}

/** Two rows for it, with their labels. */
export const tinyBatch = {
  input_ids: { data: Int32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] },
  labels: { data: Int32Array.of(0, 1), shape: [2] },
};
