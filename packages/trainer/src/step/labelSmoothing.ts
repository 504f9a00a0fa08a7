import { terminal } from '#platform';
import type { Batch } from '@attune/data';
import type { reshape } from '@attune/tensor';
import type { fusedCrossEntropy } from '@attune/tensor/internal';
import { TrainerError } from '../errors.ts';
import type { ForwardContext, ModelOutput, TrainableModel } from '../model.ts';
import { countLabels, ignoreIndex } from './labels.ts';

export interface SmoothingOperations {
  readonly fusedCrossEntropy: typeof fusedCrossEntropy;
  readonly reshape: typeof reshape;
}

export interface SmoothingOptions {
  /** Batch keys of the labels. The first are smoothed. */
  readonly labelNames: readonly string[];
  readonly labelSmoothingFactor: number;
  /** Operations of the smoothing, loaded with the first run; undefined before. */
  readonly operations: SmoothingOperations | undefined;
}

/**
 * The model's output with a smoothed loss, `(1 - e) * NLL + e * mean over classes of -log p`
 * (transformers' LabelSmoother). Null where nothing is smoothed: without a factor, without labels,
 * and, with a warning, where labels are not classes.
 *
 * @throws TrainerError for classes that the model does not have, and before the first run
 */
export function smoothedLoss(
  model: TrainableModel,
  batch: Batch,
  context: ForwardContext,
  { labelNames, labelSmoothingFactor, operations }: SmoothingOptions,
): ModelOutput | null {
  const { [labelNames[0] ?? '']: labels, ...inputs } = batch;
  if (labelSmoothingFactor === 0 || !labels || warned.has(model)) return null;
  const outputs = labels.data instanceof Float32Array ? null : model.forward(inputs, context);
  const classes = outputs?.logits.shape.at(-1) ?? 0;
  // One class for each row or token; a single output is not a class.
  if (!outputs || classes < 2 || outputs.logits.size !== labels.data.length * classes) {
    warnOnce(model);
    return null;
  }
  if (!operations) {
    throw new TrainerError(
      'computeLoss: label smoothing is loaded by createOptimizer(), train(), evaluate() and predict(); await one of them first',
    );
  }
  const labelled = countLabels(model, batch, labelNames);
  const count = context.numItemsInBatch ?? labelled;
  const { logits } = outputs;
  const rows = logits.shape.length === 2 ? logits : operations.reshape(logits, [labels.data.length, classes]);
  const values = classLabels(labels.data, labelled, classes);
  const smoothing = { labelSmoothing: labelSmoothingFactor, ignoreIndex };
  const loss = operations.fusedCrossEntropy(rows, { values, factor: count > 0 ? 1 / count : 0 }, smoothing);
  return { ...outputs, loss };
}

/** Warns about label smoothing that has no effect: for a multi-label model. */
export function warnAboutSmoothing(model: TrainableModel, labelSmoothingFactor: number): void {
  const { config } = model as { readonly config?: { readonly problemType?: string | null } };
  if (labelSmoothingFactor > 0 && config?.problemType === 'multi_label_classification') warnOnce(model);
}

const warned = new WeakSet<object>();

function warnOnce(model: TrainableModel): void {
  if (warned.has(model)) return;
  warned.add(model);
  terminal.writeLine(
    'Label smoothing is for one class per row or per token: labelSmoothingFactor does nothing for numbers or several labels per row.',
  );
}

/** Labels for the loss: negative ones become -100, if the model does not count them. */
function classLabels(labels: ArrayLike<number>, labelled: number, numClasses: number): Int32Array {
  const checked = Int32Array.from(labels);
  const negativeIsNone = checked.filter((label) => label >= 0).length === labelled;
  for (const [row, label] of checked.entries()) {
    if (label < 0 && negativeIsNone) checked[row] = ignoreIndex;
    else if (label < 0 || label >= numClasses)
      throw new TrainerError(
        `the label of row ${row} is ${label}; the model has ${numClasses} labels, 0 to ${numClasses - 1}`,
      );
  }
  return checked;
}
