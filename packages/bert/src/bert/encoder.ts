import { checkpoint, gelu, Module, type Layer, type Tensor } from '@attune/tensor';
import type { BertConfig } from '../config/bertConfig.ts';
import { BertAttention, BertOutput } from './attention.ts';
import { below, isPlain, linearOf, type Run, type WeightSource } from './layers.ts';

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

  forward(hidden: Tensor, run: Run): Tensor {
    const attended = this.attention.forward(hidden, run);
    return this.output.forward(this.intermediate.forward(attended), attended, run);
  }
}

export class BertEncoder extends Module {
  readonly layer: BertLayer[];
  /** Every how many layers one is computed again in the backward pass; 0 for none. */
  checkpointEvery = 0;

  constructor(config: BertConfig, weights: WeightSource) {
    super();
    this.layer = Array.from(
      { length: config.numHiddenLayers },
      (_, index) => new BertLayer(config, below(weights, `layer.${index}`), index),
    );
  }

  /** @returns the hidden states: those of the embeddings, then those after every layer */
  forward(embedded: Tensor, run: Run): readonly Tensor[] {
    let hidden = embedded;
    const hiddenStates = [hidden];
    for (const [index, layer] of this.layer.entries()) {
      const again = this.training && this.checkpointEvery > 0 && index % this.checkpointEvery === 0;
      hidden = again ? checkpoint((given: Tensor) => layer.forward(given, run), hidden) : layer.forward(hidden, run);
      hiddenStates.push(hidden);
    }
    return hiddenStates;
  }
}
