import {
  bceWithLogitsLoss,
  crossEntropy,
  Dropout,
  mseLoss,
  randomState,
  tensor,
  type Linear,
  type Tensor,
} from '@attune/tensor';
import type { BertConfig } from '../config/bertConfig.ts';
import { BertModel, type ForwardContext } from './bertModel.ts';
import { classifierSite, linearOf, type WeightSource } from './layers.ts';
import type { Batch } from './packBatch.ts';
import {
  createModel,
  loadModel,
  PretrainedModel,
  type FromPretrainedOptions,
  type ModelKind,
  type NewModelOptions,
} from './pretrainedModel.ts';
import { ignoreIndex, readLabels, type ReadLabels } from './readLabels.ts';
import { classifierShapes } from './weightShapes.ts';

export interface SequenceClassifierOutput {
  /** Scalar; 0 when none of the rows has a label, missing when the batch has no `labels`. */
  readonly loss?: Tensor;
  /** [rows, numLabels]. */
  readonly logits: Tensor;
  /** Each [tokens, hidden], on request. */
  readonly hiddenStates?: readonly Tensor[];
}

/**
 * The sum over examples divided by `items`; over labels too where an example has several numbers,
 * as PyTorch's means do.
 */
function lossOf(logits: Tensor, { problemType, values, labelled }: ReadLabels, numItems: number | undefined): Tensor {
  const items = numItems ?? labelled;
  const perRow = problemType === 'single_label_classification' ? 1 : (logits.shape[1] ?? 1);
  const weight = items > 0 ? 1 / (items * perRow) : 0;
  if (problemType === 'single_label_classification')
    return crossEntropy(logits, values as Int32Array, { ignoreIndex, weight });
  return problemType === 'regression'
    ? mseLoss(logits, values as Float32Array, { weight })
    : bceWithLogitsLoss(logits, values as Float32Array, { weight });
}

/**
 * BERT with a classifier over the pooled first token. One label is regression (mean squared error);
 * whole-number labels are classes (cross-entropy); rows of floats are several labels at once
 * (binary cross-entropy). `config.problemType` decides where it is set, and is set by the first
 * labels otherwise.
 */
export class BertForSequenceClassification extends PretrainedModel {
  readonly architecture = 'BertForSequenceClassification';
  readonly inputNames: readonly string[] = ['input_ids', 'token_type_ids', 'attention_mask'];
  readonly bert: BertModel;
  readonly dropout: Dropout;
  readonly classifier: Linear;

  /** @param seed of dropout. Default: that of the last `setSeed`, else 42 */
  constructor(config: BertConfig, weights: WeightSource, seed?: number) {
    super(config, seed);
    this.bert = new BertModel(config, (name) => weights(`bert.${name}`), seed);
    this.dropout = new Dropout({
      probability: config.classifierDropout ?? config.hiddenDropoutProb,
      site: classifierSite(config),
    });
    this.classifier = linearOf(weights, 'classifier', { fullPrecision: true });
  }

  /** A new model, all weights drawn. */
  static fromConfig(config: BertConfig, options?: NewModelOptions): Promise<BertForSequenceClassification> {
    return createModel(classifierKind, config, options);
  }

  /**
   * Loads a checkpoint by hub name or folder; a classifier that it lacks is drawn from the seed,
   * exactly as PyTorch draws it.
   * @throws CheckpointError, ConfigError, SafetensorsError
   */
  static fromPretrained(nameOrFolder: string, options?: FromPretrainedOptions): Promise<BertForSequenceClassification> {
    return loadModel(classifierKind, nameOrFolder, options);
  }

  /**
   * Records the computation of logits and, when the batch has `labels`, of the loss. Nothing is
   * waited for.
   *
   * @param batch `input_ids` [rows, columns], and where there are any `attention_mask`,
   *   `token_type_ids` [rows, columns], `labels` [rows] or [rows, numLabels]
   * @throws BatchError for inputs or labels that do not fit the model
   */
  forward(batch: Batch, context: ForwardContext = {}): SequenceClassifierOutput {
    const labels = this.#readLabels(batch);
    const key = this.dropoutKey(context);
    const { poolerOutput, packed, hiddenStates } = this.bert.forward(batch, { ...context, ...key });
    const logits = this.classifier.forward(this.#drop(poolerOutput, packed.rowKeys, key));
    const output = hiddenStates ? { logits, hiddenStates } : { logits };
    if (!labels) return output;
    if (labels.labelled > 0) this.config.problemType ??= labels.problemType;
    return { ...output, loss: lossOf(logits, labels, context.numItemsInBatch) };
  }

  /**
   * Examples of a batch that add to the loss: all, but in single-label classification those of
   * class -1 or -100.
   * @throws BatchError for labels that do not fit the model
   */
  countLabels(batch: Batch): number {
    return this.#readLabels(batch)?.labelled ?? 0;
  }

  #readLabels({ input_ids: ids, labels }: Batch): ReadLabels | undefined {
    const rows = ids?.shape[0] ?? 0;
    return labels && readLabels(labels, rows, this.config.labels, this.config.problemType);
  }

  #drop(pooled: Tensor, rowKeys: Uint32Array, key: { seed: number; update: number }): Tensor {
    if (!this.training || this.dropout.probability === 0) return pooled;
    const { device } = this;
    const random = {
      state: randomState(device, key),
      tokenKeys: tensor(rowKeys, { shape: [rowKeys.length], device }),
    };
    return this.dropout.forward(pooled, random);
  }
}

const classifierKind: ModelKind<BertForSequenceClassification> = {
  name: 'BertForSequenceClassification',
  basePrefix: 'bert.',
  shapes: classifierShapes,
  mayBeNew: (name) => name.startsWith('classifier.') || name.startsWith('bert.pooler.'),
  create: (config, weights, seed) => new BertForSequenceClassification(config, weights, seed),
};
