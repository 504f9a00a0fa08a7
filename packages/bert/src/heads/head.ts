import { Dropout, type Linear, type Tensor } from '@attune/tensor';
import { BertModel } from '../bert/bertModel.ts';
import { classifierSite } from '../bert/encoder.ts';
import { linearOf, randomKey, type WeightSource } from '../bert/layers.ts';
import { bertShapes } from '../bert/weightShapes.ts';
import type { BertConfig } from '../config/bertConfig.ts';
import type { ModelKind } from '../pretrained/modelKind.ts';
import { PretrainedModel, type DropoutKey } from '../pretrained/pretrainedModel.ts';

/** The kind of a head: BERT's weights under `bert.`, and `classifier`. */
export const headKind = (architecture: string): ModelKind => ({
  architecture,
  basePrefix: 'bert.',
  shapes: (config) =>
    new Map([
      ...bertShapes(config, 'bert.'),
      ['classifier.weight', [config.numLabels, config.hiddenSize]],
      ['classifier.bias', [config.numLabels]],
    ]),
  mayBeNew: (name) => name.startsWith('classifier.') || name.startsWith('bert.pooler.'),
});

/**
 * BERT with dropout and a linear layer on top: the common part of all heads. A head adds the
 * meaning of its labels, its loss, and the shape of its output.
 */
export abstract class BertHead extends PretrainedModel {
  readonly bert: BertModel;
  readonly dropout: Dropout;
  readonly classifier: Linear;

  /** @param seed of dropout. Default: that of the last `setSeed`, else 42 */
  constructor(config: BertConfig, weights: WeightSource, seed?: number) {
    super(config, weights, seed);
    this.bert = new BertModel(config, (name) => weights(`bert.${name}`), seed);
    this.dropout = new Dropout({
      p: config.classifierDropout ?? config.hiddenDropoutProb,
      site: classifierSite(config),
    });
    this.classifier = linearOf(weights, 'classifier', { fullPrecision: true });
  }

  /**
   * Dropout and the linear layer over vectors [n, hidden].
   *
   * @param tokenKeys which token of which example each vector is, [n]; determines its dropout
   * @returns [n, numLabels]
   */
  protected classify(vectors: Tensor, tokenKeys: Uint32Array, key: DropoutKey): Tensor {
    const drops = this.training && this.dropout.p > 0;
    const random = drops ? randomKey(this.device, key, tokenKeys) : null;
    return this.classifier.forward(this.dropout.forward(vectors, random));
  }
}
