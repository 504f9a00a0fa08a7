import { checkpoint, gelu, Module, type Layer, type Tensor } from '@attune/tensor';
import { releaseActivated, releaseCopied } from '@attune/tensor/internal';
import type { BertConfig } from '../config/bertConfig.ts';
import { BertAttention, BertOutput } from './attention.ts';
import { below, computesAs, isPlain, linearOf, plainWeights, type Run, type WeightSource } from './layers.ts';

// Properties are named as in Hugging Face checkpoints, because their names are the names of the
// weights.

class BertIntermediate extends Module {
  dense: Layer;

  constructor(weights: WeightSource) {
    super();
    this.dense = linearOf(weights, 'dense');
  }

  forward(hidden: Tensor): Tensor {
    const { dense } = this;
    return isPlain(dense) ? dense.forward(hidden, { activation: 'gelu' }) : gelu(dense.forward(hidden));
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

  /** Whether no hook or replaced module can see the input, the output and the results between. */
  get isClosed(): boolean {
    const { attention, intermediate, output } = this;
    return (
      computesAs(this, BertLayer) &&
      attention.isClosed &&
      computesAs(intermediate, BertIntermediate) &&
      isPlain(intermediate.dense) &&
      output.isClosed
    );
  }

  /** @param readBy weights of the linear layers that read the result next. Default: unknown */
  forward(hidden: Tensor, run: Run, readBy: readonly Tensor[] = []): Tensor {
    const attended = this.attention.forward(hidden, run, plainWeights(this.intermediate.dense));
    const activated = this.intermediate.forward(attended);
    const output = this.output.forward(activated, attended, run, readBy);
    if (this.isClosed) {
      releaseCopied(attended);
      if (isPlain(this.output.dense)) releaseActivated(activated);
    }
    return output;
  }
}

export class BertEncoder extends Module {
  readonly layer: BertLayer[];
  /** Recompute every n-th layer in the backward pass; 0 for none. */
  checkpointEvery = 0;

  constructor(config: BertConfig, weights: WeightSource) {
    super();
    this.layer = Array.from(
      { length: config.numHiddenLayers },
      (_, index) => new BertLayer(config, below(weights, `layer.${index}`), index),
    );
  }

  /** Weights of the linear layers that read the input of layer `index`, unless it is recomputed. */
  readersBefore(index: number): readonly Tensor[] {
    return this.#isComputedAgain(index) ? [] : (this.layer[index]?.attention.readers ?? []);
  }

  #isComputedAgain(index: number): boolean {
    return this.training && this.checkpointEvery > 0 && index % this.checkpointEvery === 0;
  }

  /**
   * @param keepsStates whether hidden states before the last are read. Otherwise they may be
   *   released where products read f16 copies. Default true
   * @returns the hidden states: those of the embeddings, then those after every layer
   */
  forward(embedded: Tensor, run: Run, keepsStates = true): readonly Tensor[] {
    let hidden = embedded;
    const hiddenStates = [hidden];
    for (const [index, layer] of this.layer.entries()) {
      const again = this.#isComputedAgain(index);
      const given = hidden;
      hidden = again
        ? checkpoint((input: Tensor) => layer.forward(input, run), given)
        : layer.forward(given, run, this.readersBefore(index + 1));
      hiddenStates.push(hidden);
      const before = this.layer[index - 1];
      if (!keepsStates && !again && before?.isClosed && layer.isClosed) releaseCopied(given);
    }
    return hiddenStates;
  }
}
