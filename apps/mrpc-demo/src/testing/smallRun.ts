import { BertConfig, BertForSequenceClassification } from '@attune/bert';
import type { Device } from '@attune/tensor';

/** A BERT of one layer for two classes, with the same weights each time. */
export function smallBert({ dropout = 0.1, device }: { readonly dropout?: number; readonly device?: Device } = {}) {
  const config = new BertConfig({
    vocabSize: 64,
    hiddenSize: 16,
    numHiddenLayers: 1,
    numAttentionHeads: 2,
    intermediateSize: 32,
    maxPositionEmbeddings: 16,
    numLabels: 2,
    hiddenDropoutProb: dropout,
    attentionProbsDropoutProb: dropout,
  });
  return BertForSequenceClassification.fromConfig(config, { seed: 1, ...(device && { device }) });
}

/** Rows of four tokens, every third with one of padding, and the two classes in turn. */
export const smallRows = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    input_ids: [1, 2 + index, 40 - index, 3],
    attention_mask: [1, 1, 1, index % 3 === 0 ? 0 : 1],
    label: index % 2,
  }));
