import {
  attention,
  attentionQkvPacked,
  Dropout,
  embeddingSum,
  Embedding,
  gatherRows,
  LayerNorm,
  makeContiguous,
  areContiguous,
  Linear,
  fusedLinear,
  Module,
  tanh,
  type PackedSequences,
  type Parameter,
  type RandomKey,
  type Tensor,
} from '@attune/tensor';
import type { BertConfig } from '../config/bertConfig.ts';
import type { PackedBatch } from './packBatch.ts';

// Properties are named as in Hugging Face checkpoints, because their names are the names of the
// weights.

/** The weight of a given name, relative to the part that is being built. */
export type WeightSource = (name: string) => Parameter;

/** What every part of the model knows about the batch it runs on. */
export interface Run {
  readonly packed: PackedBatch;
  /** Where its sequences begin and end, on the GPU. */
  readonly sequences: PackedSequences;
  /** Where dropout gets its bits; null when nothing is dropped. */
  readonly random: RandomKey | null;
}

const below =
  (weights: WeightSource, name: string): WeightSource =>
  (rest) =>
    weights(`${name}.${rest}`);

export function linearOf(
  weights: WeightSource,
  name: string,
  options: { readonly fullPrecision?: boolean } = {},
): Linear {
  return new Linear({ weight: weights(`${name}.weight`), bias: weights(`${name}.bias`), ...options });
}

function layerNormOf(weights: WeightSource, config: BertConfig): LayerNorm {
  return new LayerNorm({
    weight: weights('LayerNorm.weight'),
    bias: weights('LayerNorm.bias'),
    epsilon: config.layerNormEps,
  });
}

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

/** Multi-head attention within each sequence. */
class BertSelfAttention extends Module {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly dropout: Dropout;
  readonly #numHeads: number;
  /** Of query, key and value: side by side in memory, they are computed by one product. */
  readonly #weights: readonly Parameter[];
  readonly #biases: readonly Parameter[];

  constructor(config: BertConfig, weights: WeightSource, site: number) {
    super();
    this.query = linearOf(weights, 'query');
    this.key = linearOf(weights, 'key');
    this.value = linearOf(weights, 'value');
    this.dropout = new Dropout({ probability: config.attentionProbsDropoutProb, site });
    this.#numHeads = config.numAttentionHeads;
    const projections = [this.query, this.key, this.value];
    this.#weights = projections.map(({ weight }) => weight);
    this.#biases = projections.flatMap(({ bias }) => bias ?? []);
    makeContiguous(this.#weights);
    makeContiguous(this.#biases);
  }

  forward(hidden: Tensor, { sequences, random }: Run): Tensor {
    const options = { sequences, numHeads: this.#numHeads, dropout: random ? this.dropout.options(random) : undefined };
    if (areContiguous(this.#weights) && areContiguous(this.#biases))
      return attentionQkvPacked(fusedLinear(hidden, this.#weights, this.#biases), options);
    return attention(this.query.forward(hidden), this.key.forward(hidden), this.value.forward(hidden), options);
  }
}

/** A linear layer whose result is dropped out, added to what went in before, and normalised. */
class BertOutput extends Module {
  readonly dense: Linear;
  readonly LayerNorm: LayerNorm;
  readonly dropout: Dropout;

  constructor(config: BertConfig, weights: WeightSource, site: number) {
    super();
    this.dense = linearOf(weights, 'dense');
    this.LayerNorm = layerNormOf(weights, config);
    this.dropout = new Dropout({ probability: config.hiddenDropoutProb, site });
  }

  forward(input: Tensor, residual: Tensor, { random }: Run): Tensor {
    return this.LayerNorm.forward(this.dense.forward(input), {
      residual,
      dropout: random ? this.dropout.options(random) : undefined,
    });
  }
}

class BertAttention extends Module {
  readonly self: BertSelfAttention;
  readonly output: BertOutput;

  constructor(config: BertConfig, weights: WeightSource, site: number) {
    super();
    this.self = new BertSelfAttention(config, below(weights, 'self'), site);
    this.output = new BertOutput(config, below(weights, 'output'), site + 1);
  }

  forward(hidden: Tensor, run: Run): Tensor {
    return this.output.forward(this.self.forward(hidden, run), hidden, run);
  }
}

class BertIntermediate extends Module {
  readonly dense: Linear;

  constructor(weights: WeightSource) {
    super();
    this.dense = linearOf(weights, 'dense');
  }

  forward(hidden: Tensor): Tensor {
    return this.dense.forward(hidden, { activation: 'gelu' });
  }
}

/**
 * Dropout sites in a layer: attention probabilities, attention output, layer output. Site 0 of the
 * model is that of the embeddings.
 */
const sitesPerLayer = 3;

/** Site of the dropout before a classifier. */
export const classifierSite = (config: BertConfig): number => 1 + sitesPerLayer * config.numHiddenLayers;

export class BertLayer extends Module {
  readonly attention: BertAttention;
  readonly intermediate: BertIntermediate;
  readonly output: BertOutput;

  constructor(config: BertConfig, weights: WeightSource, index: number) {
    super();
    const site = 1 + sitesPerLayer * index;
    this.attention = new BertAttention(config, below(weights, 'attention'), site);
    this.intermediate = new BertIntermediate(below(weights, 'intermediate'));
    this.output = new BertOutput(config, below(weights, 'output'), site + 2);
  }

  forward(hidden: Tensor, run: Run): Tensor {
    const attended = this.attention.forward(hidden, run);
    return this.output.forward(this.intermediate.forward(attended), attended, run);
  }
}

export class BertEncoder extends Module {
  readonly layer: BertLayer[];

  constructor(config: BertConfig, weights: WeightSource) {
    super();
    this.layer = Array.from(
      { length: config.numHiddenLayers },
      (_, index) => new BertLayer(config, below(weights, `layer.${index}`), index),
    );
  }
}

/** The first token of each sequence, through a linear layer and tanh. */
export class BertPooler extends Module {
  readonly dense: Linear;

  constructor(weights: WeightSource) {
    super();
    this.dense = linearOf(weights, 'dense', { fullPrecision: true });
  }

  /** @returns [rows, hidden] */
  forward(hidden: Tensor, { packed }: Run): Tensor {
    return tanh(this.dense.forward(gatherRows(hidden, packed.cuSeqlens.slice(0, -1))));
  }
}
