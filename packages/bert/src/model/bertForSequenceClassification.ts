import {
  bceWithLogitsLoss,
  crossEntropy,
  currentSeed,
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
  /** Scalar; missing when the batch has no labels, or none of its rows has one. */
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
  if (problemType === 'single_label_classification')
    return crossEntropy(logits, values as Int32Array, { ignoreIndex, weight: 1 / items });
  const weight = 1 / (items * (logits.shape[1] ?? 1));
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

  constructor(config: BertConfig, weights: WeightSource) {
    super(config);
    this.bert = new BertModel(config, (name) => weights(`bert.${name}`));
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
    const rows = batch.input_ids?.shape[0] ?? 0;
    const labels = batch.labels && readLabels(batch.labels, rows, this.config.labels, this.config.problemType);
    const { poolerOutput, packed, hiddenStates } = this.bert.forward(batch, context);
    const logits = this.classifier.forward(this.#drop(poolerOutput, packed.rowKeys, context));
    const output = hiddenStates ? { logits, hiddenStates } : { logits };
    if (!labels || labels.labelled === 0) return output;
    this.config.problemType ??= labels.problemType;
    return { ...output, loss: lossOf(logits, labels, context.numItemsInBatch) };
  }

  #drop(pooled: Tensor, rowKeys: Uint32Array, { update = 0 }: ForwardContext): Tensor {
    if (!this.training || this.dropout.probability === 0) return pooled;
    const { device } = this;
    const random = {
      state: randomState(device, { seed: currentSeed() ?? 42, update }),
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
  create: (config, weights) => new BertForSequenceClassification(config, weights),
};
