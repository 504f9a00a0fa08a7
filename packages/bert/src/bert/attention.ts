import {
  attention,
  attentionQkvPacked,
  Dropout,
  Module,
  type LayerNorm,
  type Linear,
  type Parameter,
  type Tensor,
} from '@attune/tensor';
import { areContiguous, fusedLinear, makeContiguous } from '@attune/tensor/internal';
import type { BertConfig } from '../config/bertConfig.ts';
import { below, layerNormOf, linearOf, type Run, type WeightSource } from './layers.ts';

// Properties are named as in Hugging Face checkpoints, because their names are the names of the
// weights.

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
export class BertOutput extends Module {
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

/** Attention with what follows it: a linear layer, the residual, a layer norm. */
export class BertAttention extends Module {
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
