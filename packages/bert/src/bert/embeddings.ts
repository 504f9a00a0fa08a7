import { Dropout, Embedding, embeddingSum, Module, type LayerNorm, type Tensor } from '@attune/tensor';
import type { BertConfig } from '../config/bertConfig.ts';
import { layerNormOf, type Run, type WeightSource } from './layers.ts';

// Properties are named as in Hugging Face checkpoints, because their names are the names of the
// weights.

/** Word, position and token type vectors, summed and normalised. */
export class BertEmbeddings extends Module {
  readonly word_embeddings: Embedding;
  readonly position_embeddings: Embedding;
  readonly token_type_embeddings: Embedding;
  readonly LayerNorm: LayerNorm;
  readonly dropout: Dropout;

  constructor(config: BertConfig, weights: WeightSource) {
    super();
    this.word_embeddings = new Embedding({
      weight: weights('word_embeddings.weight'),
      paddingIndex: config.padTokenId,
    });
    this.position_embeddings = new Embedding({ weight: weights('position_embeddings.weight') });
    this.token_type_embeddings = new Embedding({ weight: weights('token_type_embeddings.weight') });
    this.LayerNorm = layerNormOf(weights, config);
    this.dropout = new Dropout({ probability: config.hiddenDropoutProb, site: 0 });
  }

  /** @returns [tokens, hidden] */
  forward({ packed, random }: Run): Tensor {
    const tables = [this.word_embeddings, this.position_embeddings, this.token_type_embeddings];
    const sum = embeddingSum(
      tables.map((table) => table.weight),
      [packed.inputIds, packed.positionIds, packed.typeIds],
      {
        paddingIndices: tables.map((table) => table.paddingIndex),
      },
    );
    const normalised = this.LayerNorm.forward(sum);
    return random ? this.dropout.forward(normalised, random) : normalised;
  }
}
