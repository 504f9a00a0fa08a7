import type { Batch } from '@attune/data';
import { crossEntropy } from '@attune/tensor';
import { TrainerError } from '../errors.ts';
import type { ForwardContext, ModelOutput, TrainableModel } from '../model.ts';
import { countLabelled, isUnlabelled } from './labels.ts';

export interface LossOptions {
  readonly labelName: string;
  readonly labelSmoothingFactor: number;
}

/**
 * The model's output with its loss: the model's own, or with label smoothing `(1 - e) * NLL + e *
 * mean over classes of -log p` (transformers' LabelSmoother), which is switched off for float
 * labels.
 */
export function computeLoss(
  model: TrainableModel,
  batch: Batch,
  context: ForwardContext,
  { labelName, labelSmoothingFactor }: LossOptions,
): ModelOutput {
  const labels = batch[labelName];
  const classes = labels && !(labels.data instanceof Float32Array) && labels.shape.length === 1;
  if (labelSmoothingFactor === 0 || !classes) return model.forward(batch, context);
  const { [labelName]: _, ...inputs } = batch;
  const { logits } = model.forward(inputs, context);
  const numClasses = logits.shape[1] ?? 0;
  const checked = Int32Array.from(labels.data, Number);
  for (const [row, label] of checked.entries()) {
    if (isUnlabelled(label)) checked[row] = -100;
    else if (label < 0 || label >= numClasses)
      throw new TrainerError(
        `the label of row ${row} is ${label}; the model has ${numClasses} labels, 0 to ${numClasses - 1}`,
      );
  }
  const count = context.numItemsInBatch ?? countLabelled(batch, labelName);
  const loss = crossEntropy(logits, checked, {
    labelSmoothing: labelSmoothingFactor,
    weight: count > 0 ? 1 / count : 0,
  });
  return { loss, logits };
}
