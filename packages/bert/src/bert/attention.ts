import {
  attention,
  attentionQkvPacked,
  Dropout,
  LayerNorm,
  Module,
  TensorError,
  type Layer,
  type Linear,
  type Tensor,
} from '@attune/tensor';
import { areContiguous, fusedLinear, makeContiguous, normAfter } from '@attune/tensor/internal';
import type { BertConfig } from '../config/bertConfig.ts';
import { below, computesAs, isPlain, layerNormOf, linearOf, plainWeights } from './layers.ts';
import type { Run, WeightSource } from './layers.ts';

// Properties are named as in Hugging Face checkpoints, because their names are the names of the
// weights.

/** Multi-head attention within each sequence. Query, key and value may be replaced, as by LoRA. */
class BertSelfAttention extends Module {
  query: Layer;
  key: Layer;
  value: Layer;
  readonly dropout: Dropout;
  readonly #numHeads: number;

  constructor(config: BertConfig, weights: WeightSource, site: number) {
    super();
    const projections = ['query', 'key', 'value'].map((name) => linearOf(weights, name)) as [Linear, Linear, Linear];
    const [query, key, value] = projections;
    this.query = query;
    this.key = key;
    this.value = value;
    this.dropout = new Dropout({ p: config.attentionProbsDropoutProb, site });
    this.#numHeads = config.numAttentionHeads;
    // Side by side in memory, the projections are computed by one product.
    makeContiguous(projections.map(({ weight }) => weight));
    makeContiguous(projections.flatMap(({ bias }) => bias ?? []));
  }

  forward(hidden: Tensor, { sequences, random }: Run): Tensor {
    if (this.dropout.forward !== Dropout.prototype.forward)
      throw new TensorError(
        'BertSelfAttention: its dropout is part of the attention kernel, where no hook can be called; hook the attention itself',
      );
    const options = { sequences, numHeads: this.#numHeads, dropout: random ? this.dropout.options(random) : undefined };
    const { query, key, value } = this;
    const projections = [query, key, value];
    if (projections.every(isPlain)) {
      const weights = projections.map(({ weight }) => weight);
      const biases = projections.flatMap(({ bias }) => bias ?? []);
      if (biases.length === 3 && areContiguous(weights) && areContiguous(biases))
        return attentionQkvPacked(fusedLinear(hidden, weights, biases), options);
    }
    return attention(query.forward(hidden), key.forward(hidden), value.forward(hidden), options);
  }
}

/** A linear layer with dropout, residual and layer norm. */
export class BertOutput extends Module {
  dense: Layer;
  readonly LayerNorm: LayerNorm;
  readonly dropout: Dropout;

  constructor(config: BertConfig, weights: WeightSource, site: number) {
    super();
    this.dense = linearOf(weights, 'dense');
    this.LayerNorm = layerNormOf(weights, config);
    this.dropout = new Dropout({ p: config.hiddenDropoutProb, site });
  }

  /** Whether no hook or replaced module can see the residual input and the output. */
  get isClosed(): boolean {
    return computesAs(this, BertOutput) && computesAs(this.LayerNorm, LayerNorm);
  }

  /**
   * @param readBy weights of the linear layers that read the result first. Default: none is known
   */
  forward(input: Tensor, residual: Tensor, { random }: Run, readBy: readonly Tensor[] = []): Tensor {
    const { dense, dropout } = this;
    const options = { dropout, random, letsGo: isPlain(dense), readBy };
    return normAfter(this.LayerNorm, dense.forward(input), residual, options);
  }
}

/** Attention followed by a linear layer, residual and layer norm. */
export class BertAttention extends Module {
  readonly self: BertSelfAttention;
  readonly output: BertOutput;

  constructor(config: BertConfig, weights: WeightSource, site: number) {
    super();
    this.self = new BertSelfAttention(config, below(weights, 'self'), site);
    this.output = new BertOutput(config, below(weights, 'output'), site + 1);
  }

  /** Whether no hook or replaced module can see the input and the output. */
  get isClosed(): boolean {
    const { self, output } = this;
    const { query, key, value } = self;
    return (
      computesAs(this, BertAttention) &&
      computesAs(self, BertSelfAttention) &&
      [query, key, value].every(isPlain) &&
      output.isClosed
    );
  }

  /** Weights of the linear layers that read the input, if those are plain. */
  get readers(): readonly Tensor[] {
    const { query, key, value } = this.self;
    return plainWeights(query, key, value);
  }

  /**
   * @param readBy weights of the linear layers that read the result first. Default: none is known
   */
  forward(hidden: Tensor, run: Run, readBy: readonly Tensor[] = []): Tensor {
    return this.output.forward(this.self.forward(hidden, run), hidden, run, readBy);
  }
}
