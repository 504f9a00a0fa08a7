import { Dropout, Embedding, embeddingSum, LayerNorm, Module, type Tensor } from '@attune/tensor';
import { addOfOneShape, embeddingNorm, uniformNoise } from '@attune/tensor/internal';
import type { BertConfig } from '../config/bertConfig.ts';
import { computesAs, layerNormOf, type Run, type WeightSource } from './layers.ts';

// Properties are named as in Hugging Face checkpoints, because their names are the names of the
// weights.

/** Word, position and token type vectors, summed and normalised. */
export class BertEmbeddings extends Module {
  readonly word_embeddings: Embedding;
  readonly position_embeddings: Embedding;
  readonly token_type_embeddings: Embedding;
  readonly LayerNorm: LayerNorm;
  readonly dropout: Dropout;
  /** Strength of the noise in training; null for none. */
  neftuneNoiseAlpha: number | null = null;

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

  /**
   * @param readBy weights of the linear layers that read the result next. Default: unknown
   * @returns [tokens, hidden]
   */
  forward({ packed, random }: Run, readBy: readonly Tensor[] = []): Tensor {
    const modules = [this.word_embeddings, this.position_embeddings, this.token_type_embeddings];
    const ids = [packed.inputIds, packed.positionIds, packed.typeIds];
    const arePlain = modules.every((table) => computesAs(table, Embedding));
    const tables = modules.map((table) => table.weight);
    const paddingIndices = modules.map((table) => table.paddingIdx);
    const { LayerNorm: norm, dropout } = this;
    const { weight, bias, eps: epsilon } = norm;
    if (arePlain && weight && bias && this.#isOneKernel) {
      const drops = random ? dropout.options(random) : undefined;
      return embeddingNorm({ tables, ids, paddingIndices, weight, bias, epsilon, dropout: drops, readBy });
    }
    const sum = arePlain
      ? embeddingSum(tables, ids, { paddingIndices })
      : modules
          .map((table, index) => table.forward(ids[index] as Uint32Array))
          .reduce((total, vectors) => addOfOneShape(total, vectors));
    const noisy = this.#withNoise(sum, { packed, random });
    return dropout.forward(norm.forward(noisy), random);
  }

  /**
   * Whether one kernel computes sum, layer norm and dropout: on GPUs, if nothing can observe the
   * results between. On software adapters intermediate results stay in the cache.
   */
  get #isOneKernel(): boolean {
    const { LayerNorm: norm, dropout, word_embeddings: words } = this;
    return (
      !words.weight.device.profile.software &&
      (!this.training || this.neftuneNoiseAlpha === null) &&
      computesAs(norm, LayerNorm) &&
      computesAs(dropout, Dropout) &&
      dropout.p < 1
    );
  }

  /**
   * NEFTune: adds noise to the embeddings, scaled by 1 / sqrt(columns * channels). Jain et al.,
   * 2023.
   */
  #withNoise(sum: Tensor, { packed, random }: Pick<Run, 'packed' | 'random'>): Tensor {
    const alpha = this.training ? this.neftuneNoiseAlpha : null;
    if (alpha === null || !random) return sum;
    const magnitude = alpha / Math.sqrt(packed.columns * (sum.shape[1] ?? 1));
    return uniformNoise(sum, { magnitude, site: noiseSite, random });
  }
}

/** A site above those of all dropouts. */
const noiseSite = 2 ** 31;
