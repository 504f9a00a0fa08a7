import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import type { TrainableModel } from '../model.ts';

/**
 * Switches on what the arguments want of the model itself: activation checkpointing, which stays,
 * as in `transformers`; and noise on its embeddings, which ends with the run.
 */
export function switchModel(model: TrainableModel, args: TrainingArguments): Disposable {
  if (args.activationCheckpointing) {
    const { everyNLayers = 1 } = args.activationCheckpointingKwargs ?? {};
    model.activationCheckpointingEnable?.({ everyNLayers });
  }
  if (args.neftuneNoiseAlpha !== null) model.neftuneNoiseAlpha = args.neftuneNoiseAlpha;
  return {
    [Symbol.dispose]() {
      if (args.neftuneNoiseAlpha !== null) model.neftuneNoiseAlpha = null;
    },
  };
}
