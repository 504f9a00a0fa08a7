import type { Batch } from '@attune/data';
import type { Tensor } from '@attune/tensor';
import { TrainerError } from '../errors.ts';
import type { ComputedLoss, ComputeLossFunc, ComputeLossOptions } from '../extensionPoints.ts';
import type { ForwardContext, ModelOutput, TrainableModel } from '../model.ts';
import { isTensor, shownResult } from '../ownFunction.ts';
import { labelsOf } from './labels.ts';
import { smoothedLoss } from './labelSmoothing.ts';
import type { SmoothingOptions } from './labelSmoothing.ts';

/**
 * The model's output with its loss: the model's own, or with label smoothing if it is enabled and
 * labels are classes.
 */
export function defaultLoss(
  model: TrainableModel,
  batch: Batch,
  context: ForwardContext,
  options: SmoothingOptions,
): ModelOutput {
  return smoothedLoss(model, batch, context, options) ?? model.forward(batch, context);
}

interface OwnLossOptions extends Pick<ComputeLossOptions, 'numItemsInBatch'> {
  /** Batch keys of the labels. The loss uses the first. */
  readonly labelNames: readonly string[];
  readonly computeLossFunc: ComputeLossFunc;
}

/**
 * The model's output with the loss of `computeLossFunc`; without one where the batch has no labels.
 *
 * @throws TrainerError when it does not return a Tensor
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

/**
 * Loss and output from the result of a `computeLoss`.
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
      `the batch has labels (${names}), but no loss: ${model.constructor.name}.forward must return ` +
      '{ loss, logits }, or your own computeLoss must return the loss. A model may read its labels under another name ' +
      '(those of transformers read "labels": renameColumn), and a base model without a head has no loss: use ' +
      'AutoModelForSequenceClassification.'
    );
  }
  return (
    `the model did not return a loss: its batch has the keys ${Object.keys(batch).join(', ')}. ` +
    `Training needs labels: a dataset column "label" or ${names}.`
  );
}
