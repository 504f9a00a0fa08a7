import { terminal } from '#platform';
import type { Batch } from '@attune/data';
import type { reshape, Tensor } from '@attune/tensor';
import type { fusedCrossEntropy } from '@attune/tensor/internal';
import { TrainerError } from '../errors.ts';
import { isTensor, shownResult } from '../ownFunction.ts';
import type { ComputedLoss, ComputeLossFunc, ComputeLossOptions } from '../extensionPoints.ts';
import type { ForwardContext, ModelOutput, TrainableModel } from '../model.ts';
import { countLabels, labelsOf } from './labels.ts';

export interface LossOptions {
  /** Batch keys of the labels. A loss that is not the model's own is of the first. */
  readonly labelNames: readonly string[];
  readonly labelSmoothingFactor: number;
  /** What smoothing computes with, which loads with the first run; undefined before. */
  readonly operations: SmoothingOperations | undefined;
}

export interface SmoothingOperations {
  readonly fusedCrossEntropy: typeof fusedCrossEntropy;
  readonly reshape: typeof reshape;
}

/**
 * The model's output with its loss: the model's own, or with label smoothing `(1 - e) * NLL + e *
 * mean over classes of -log p` (transformers' LabelSmoother), which is switched off for float
 * labels.
 */
export function defaultLoss(
  model: TrainableModel,
  batch: Batch,
  context: ForwardContext,
  options: LossOptions,
): ModelOutput {
  const { labelNames, labelSmoothingFactor } = options;
  const labels = batch[labelNames[0] ?? ''];
  if (labelSmoothingFactor === 0 || !labels || told.has(model)) return model.forward(batch, context);
  return smoothedLoss(model, batch, context, options) ?? model.forward(batch, context);
}

/** Null where labels are no classes, which is told: label smoothing then does nothing. */
function smoothedLoss(
  model: TrainableModel,
  batch: Batch,
  context: ForwardContext,
  { labelNames, labelSmoothingFactor, operations }: LossOptions,
): ModelOutput | null {
  const { [labelNames[0] ?? '']: labels, ...inputs } = batch;
  const outputs = labels && !(labels.data instanceof Float32Array) ? model.forward(inputs, context) : null;
  const classes = outputs?.logits.shape.at(-1) ?? 0;
  // One class a row, or one a token; a single output is no class.
  if (!labels || !outputs || classes < 2 || outputs.logits.size !== labels.data.length * classes) {
    tellOff(model);
    return null;
  }
  if (!operations) {
    throw new TrainerError(
      'computeLoss: label smoothing is loaded by train(), evaluate() and predict(); call it once one of them has begun',
    );
  }
  const labelled = countLabels(model, batch, labelNames);
  const count = context.numItemsInBatch ?? labelled;
  const { logits } = outputs;
  const rows = logits.shape.length === 2 ? logits : operations.reshape(logits, [labels.data.length, classes]);
  const values = classLabels(labels.data, labelled, classes);
  const smoothing = { labelSmoothing: labelSmoothingFactor, ignoreIndex: noClass };
  const loss = operations.fusedCrossEntropy(rows, { values, factor: count > 0 ? 1 / count : 0 }, smoothing);
  return { ...outputs, loss };
}

/**
 * Tells of label smoothing that will do nothing: a model that says it is for several labels at
 * once.
 */
export function warnOfSmoothing(model: TrainableModel, labelSmoothingFactor: number): void {
  const { config } = model as { readonly config?: { readonly problemType?: string | null } };
  if (labelSmoothingFactor > 0 && config?.problemType === 'multi_label_classification') tellOff(model);
}

interface OwnLossOptions extends Pick<LossOptions, 'labelNames'>, Pick<ComputeLossOptions, 'numItemsInBatch'> {
  readonly computeLossFunc: ComputeLossFunc;
}

/**
 * The model's output with a loss of the user's own; without one where the batch has no labels.
 *
 * @throws TrainerError when it gave no Tensor
 */
export function ownLoss(
  model: TrainableModel,
  batch: Batch,
  context: ForwardContext,
  { labelNames, computeLossFunc, numItemsInBatch }: OwnLossOptions,
): ModelOutput {
  const { [labelNames[0] ?? '']: labels, ...inputs } = batch;
  const outputs = model.forward(inputs, context);
  if (!labels) return outputs;
  const loss: unknown = computeLossFunc(outputs, labels, { numItemsInBatch });
  if (isTensor(loss)) return { ...outputs, loss: scalar(loss, 'computeLossFunc') };
  throw new TrainerError(`computeLossFunc must return the loss, a Tensor of shape []; got ${shownResult(loss)}`);
}

const told = new WeakSet<object>();

function tellOff(model: TrainableModel): void {
  if (told.has(model)) return;
  told.add(model);
  terminal.writeLine(
    'Label smoothing is for one class a row, or one a token: labelSmoothingFactor does nothing for labels that are numbers or several at once.',
  );
}

/** The class that the loss passes over. */
const noClass = -100;

/**
 * Labels as the loss takes them: -100 for those below 0, if they are the ones that the model does
 * not count.
 */
function classLabels(labels: ArrayLike<number>, labelled: number, numClasses: number): Int32Array {
  const checked = Int32Array.from(labels);
  const negativeIsNone = checked.filter((label) => label >= 0).length === labelled;
  for (const [row, label] of checked.entries()) {
    if (label < 0 && negativeIsNone) checked[row] = noClass;
    else if (label < 0 || label >= numClasses)
      throw new TrainerError(
        `the label of row ${row} is ${label}; the model has ${numClasses} labels, 0 to ${numClasses - 1}`,
      );
  }
  return checked;
}

/**
 * Loss and output of what a `computeLoss` returned.
 *
 * @throws TrainerError when it is neither a loss nor a pair of loss and output
 */
export function readLoss(computed: ComputedLoss): { loss: Tensor | null; outputs: ModelOutput | null } {
  const [loss, outputs] = Array.isArray(computed) ? (computed as [Tensor, ModelOutput]) : [computed as Tensor, null];
  if (loss !== null && !isTensor(loss)) {
    throw new TrainerError(
      `computeLoss must return the loss, a Tensor of shape [], or [loss, outputs] with returnOutputs; got ${shownResult(computed)}`,
    );
  }
  return { loss: loss && scalar(loss, 'computeLoss'), outputs };
}

/** @throws TrainerError for a loss of several numbers */
function scalar(loss: Tensor, where: string): Tensor {
  if (loss.size === 1) return loss;
  throw new TrainerError(
    `${where} must return the loss, a Tensor of shape []; got one of the shape [${loss.shape.join(', ')}]: take its mean, or its ` +
      'sum divided by numItemsInBatch',
  );
}

/** Why a batch that should be learned from has no loss. */
export function missingLossMessage(model: TrainableModel, batch: Batch, labelNames: readonly string[]): string {
  const names = labelNames.map((name) => `"${name}"`).join(', ');
  if (labelsOf(batch, labelNames)) {
    return (
      `the batch has labels (${names}), but no loss came of it: ${model.constructor.name}.forward must return ` +
      '{ loss, logits }, or a computeLoss of your own the loss. A model may read its labels under another name ' +
      '(those of transformers read "labels": renameColumn), and a base model without a head has no loss: use ' +
      'AutoModelForSequenceClassification'
    );
  }
  return (
    `the model did not return a loss: its batch has the keys ${Object.keys(batch).join(', ')}. ` +
    `Training needs labels: a dataset column "label" or ${names}.`
  );
}
