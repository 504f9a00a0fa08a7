import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import type { TrainableModel } from '../model.ts';

/**
 * Applies the arguments that concern the model: activation checkpointing, which stays enabled, as
 * in `transformers`, and noise on embeddings, which ends with the run.
 *
 * @returns a function that ends the noise
 */
export function switchModel(model: TrainableModel, args: TrainingArguments): () => void {
  if (args.activationCheckpointing) {
    const { everyNLayers = 1 } = args.activationCheckpointingKwargs ?? {};
    model.activationCheckpointingEnable?.({ everyNLayers });
  }
  if (args.neftuneNoiseAlpha !== null) model.neftuneNoiseAlpha = args.neftuneNoiseAlpha;
  return () => {
    if (args.neftuneNoiseAlpha !== null) model.neftuneNoiseAlpha = null;
  };
}
