import { terminal } from '#platform';
import type { Batch } from '@attune/data';
import { crossEntropy, Tensor } from '@attune/tensor';
import { TrainerError } from '../errors.ts';
import { shownResult } from '../shownResult.ts';
import type { ComputedLoss, ComputeLossFunc, ComputeLossOptions } from '../extensionPoints.ts';
import type { ForwardContext, ModelOutput, TrainableModel } from '../model.ts';
import { countLabels } from './countLabels.ts';

export interface LossOptions {
  readonly labelName: string;
  readonly labelSmoothingFactor: number;
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
  { labelName, labelSmoothingFactor }: LossOptions,
): ModelOutput {
  const labels = batch[labelName];
  const classes = labels && !(labels.data instanceof Float32Array) && labels.shape.length === 1;
  if (labelSmoothingFactor > 0 && labels && !classes) tellOff(model);
  if (labelSmoothingFactor === 0 || !classes) return model.forward(batch, context);
  const { [labelName]: _, ...inputs } = batch;
  const { logits } = model.forward(inputs, context);
  const labelled = countLabels(model, batch, labelName);
  const count = context.numItemsInBatch ?? labelled;
  const loss = crossEntropy(logits, classLabels(labels.data, labelled, logits.shape[1] ?? 0), {
    labelSmoothing: labelSmoothingFactor,
    factor: count > 0 ? 1 / count : 0,
  });
  return { loss, logits };
}

interface OwnLossOptions extends Pick<LossOptions, 'labelName'>, Pick<ComputeLossOptions, 'numItemsInBatch'> {
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
  { labelName, computeLossFunc, numItemsInBatch }: OwnLossOptions,
): ModelOutput {
  const { [labelName]: labels, ...inputs } = batch;
  const outputs = model.forward(inputs, context);
  if (!labels) return outputs;
  const loss: unknown = computeLossFunc(outputs, labels, { numItemsInBatch });
  if (loss instanceof Tensor) return { ...outputs, loss };
  throw new TrainerError(`computeLossFunc must return the loss, a Tensor of shape []; got ${shownResult(loss)}`);
}

const told = new WeakSet<object>();

function tellOff(model: TrainableModel): void {
  if (told.has(model)) return;
  told.add(model);
  terminal.writeLine('Label smoothing is for one class a row: labelSmoothingFactor does nothing for these labels.');
}

/**
 * Labels as the loss takes them: -100 for those below 0, if they are the ones that the model does
 * not count.
 */
function classLabels(labels: ArrayLike<number>, labelled: number, numClasses: number): Int32Array {
  const checked = Int32Array.from(labels);
  const negativeIsNone = checked.filter((label) => label >= 0).length === labelled;
  for (const [row, label] of checked.entries()) {
    if (label < 0 && negativeIsNone) checked[row] = -100;
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
  if (loss !== null && !(loss instanceof Tensor)) {
    throw new TrainerError(
      `computeLoss must return the loss, a Tensor of shape [], or [loss, outputs] with returnOutputs; got ${shownResult(computed)}`,
    );
  }
  return { loss, outputs };
}

/** Why a batch that should be learned from has no loss. */
export function missingLossMessage(model: TrainableModel, batch: Batch, labelName: string): string {
  if (batch[labelName]) {
    return (
      `the batch has labels ("${labelName}"), but no loss came of it: ${model.constructor.name}.forward must return ` +
      '{ loss, logits }, or a computeLoss of your own the loss. A base model without a head has none: use ' +
      'AutoModelForSequenceClassification'
    );
  }
  return (
    `the model did not return a loss: its batch has the keys ${Object.keys(batch).join(', ')}. ` +
    `Training needs labels: a dataset column "label" or "${labelName}".`
  );
}
