import type { BertConfig } from '../config/bertConfig.ts';

export type WeightShapes = ReadonlyMap<string, readonly number[]>;

/**
 * Names and shapes of a BERT's weights, as in Hugging Face checkpoints and in their order. Linear
 * weights are [out, in].
 */
export function bertShapes(config: BertConfig, prefix = ''): Map<string, readonly number[]> {
  const { hiddenSize: hidden, intermediateSize: intermediate } = config;
  const shapes = new Map<string, readonly number[]>();
  const linear = (name: string, outputs: number, inputs: number): void => {
    shapes.set(`${prefix}${name}.weight`, [outputs, inputs]);
    shapes.set(`${prefix}${name}.bias`, [outputs]);
  };
  const layerNorm = (name: string): void => {
    shapes.set(`${prefix}${name}.weight`, [hidden]);
    shapes.set(`${prefix}${name}.bias`, [hidden]);
  };
  shapes.set(`${prefix}embeddings.word_embeddings.weight`, [config.vocabSize, hidden]);
  shapes.set(`${prefix}embeddings.position_embeddings.weight`, [config.maxPositionEmbeddings, hidden]);
  shapes.set(`${prefix}embeddings.token_type_embeddings.weight`, [config.typeVocabSize, hidden]);
  layerNorm('embeddings.LayerNorm');
  for (let index = 0; index < config.numHiddenLayers; index++) {
    const layer = `encoder.layer.${index}`;
    for (const part of ['query', 'key', 'value']) linear(`${layer}.attention.self.${part}`, hidden, hidden);
    linear(`${layer}.attention.output.dense`, hidden, hidden);
    layerNorm(`${layer}.attention.output.LayerNorm`);
    linear(`${layer}.intermediate.dense`, intermediate, hidden);
    linear(`${layer}.output.dense`, hidden, intermediate);
    layerNorm(`${layer}.output.LayerNorm`);
  }
  linear('pooler.dense', hidden, hidden);
  return shapes;
}
