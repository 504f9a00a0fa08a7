import { add, Dropout, Embedding, embeddingSum, Module, type LayerNorm, type Tensor } from '@attune/tensor';
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
      paddingIdx: config.padTokenId,
    });
    this.position_embeddings = new Embedding({ weight: weights('position_embeddings.weight') });
    this.token_type_embeddings = new Embedding({ weight: weights('token_type_embeddings.weight') });
    this.LayerNorm = layerNormOf(weights, config);
    this.dropout = new Dropout({ p: config.hiddenDropoutProb, site: 0 });
  }

  /** @returns [tokens, hidden] */
  forward({ packed, random }: Run): Tensor {
    const tables = [this.word_embeddings, this.position_embeddings, this.token_type_embeddings];
    const ids = [packed.inputIds, packed.positionIds, packed.typeIds];
    const arePlain = tables.every((table) => table.forward === Embedding.prototype.forward);
    const sum = arePlain
      ? embeddingSum(
          tables.map((table) => table.weight),
          ids,
          { paddingIndices: tables.map((table) => table.paddingIdx) },
        )
      : tables.map((table, index) => table.forward(ids[index] as Uint32Array)).reduce(add);
    return this.dropout.forward(this.LayerNorm.forward(sum), random);
  }
}
