/** Shapes of BERT by name, under the names of its configuration. */
export const configs = {
  tiny: { hiddenSize: 128, numHiddenLayers: 2, numAttentionHeads: 2, intermediateSize: 512 },
  'MiniLM-L6': { hiddenSize: 384, numHiddenLayers: 6, numAttentionHeads: 12, intermediateSize: 1536 },
  base: { hiddenSize: 768, numHiddenLayers: 12, numAttentionHeads: 12, intermediateSize: 3072 },
};

export const vocabSize = 30522;
export const maxPositions = 512;
export const dropoutProbability = 0.1;

/** Token ids of a batch without padding, and labels; the same for every library. */
export function batchIds(batchSize, length) {
  const ids = Int32Array.from({ length: batchSize * length }, (_, index) => 1000 + ((index * 7919) % 20000));
  const labels = Int32Array.from({ length: batchSize }, (_, row) => row % 2);
  return { ids, labels };
}

export function makeBatch(config, batchSize, length) {
  const { ids, labels } = batchIds(batchSize, length);
  const shape = [batchSize, length];
  return {
    input_ids: { data: ids, shape },
    attention_mask: { data: new Int32Array(ids.length).fill(1), shape },
    token_type_ids: { data: new Int32Array(ids.length), shape },
    labels: { data: labels, shape: [batchSize] },
  };
}
