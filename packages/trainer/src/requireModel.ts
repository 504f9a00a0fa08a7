import { setSeed } from '@attune/tensor/internal/host';
import type { Device } from '@attune/tensor';
import { objectWith, requireArgument, shown } from '@attune/validate';
import type { Kind } from '@attune/validate';
import type { TrainingArguments } from './arguments/trainingArguments.ts';
import { TrainerError, TrainingArgumentsError } from './errors.ts';
import type { TrainableModel } from './model.ts';

/** Kind of a model that can be trained. */
export const modelKind: Kind = {
  what: 'a module whose forward(batch) returns { loss, logits }',
  holds: (value) => modulelike.holds(value) && hasDevice(value) && Array.isArray((value as TrainableModel).inputNames),
  found: (value) => {
    if (!modulelike.holds(value)) return modulelike.found?.(value) ?? shown(value);
    if (!hasDevice(value)) return `${shown(value)}, which has no device: it must extend Module`;
    return (
      `${shown(value)}, which has no inputNames, the batch keys that its forward reads: a base model without a head ` +
      'cannot be trained; use AutoModelForSequenceClassification'
    );
  },
};

// For a model without parameters the getter throws.
const hasDevice = (value: unknown) => Boolean((value as TrainableModel).device);

const modulelike = objectWith('a module', { forward: 'function', namedParameters: 'function' });

/**
 * Checks that a model fits these arguments.
 *
 * @throws TrainerError when it is on another device
 * @throws TrainingArgumentsError when it lacks what they need
 */
export function requireModel(trained: TrainableModel, args: TrainingArguments, device?: Device): void {
  if (device && device !== trained.device) {
    throw new TrainerError(
      'new Trainer: the option device is not the GPU that the model is on. Leave it out, or load the model ' +
        'there: fromPretrained(name, { device }).',
    );
  }
  if (args.activationCheckpointing && typeof trained.activationCheckpointingEnable !== 'function') {
    throw new TrainingArgumentsError(
      `activationCheckpointing is true, but ${trained.constructor.name} has no activationCheckpointingEnable({ everyNLayers }): ` +
        'it must call checkpoint() of @attune/tensor around its layers from then on; or leave the argument out',
    );
  }
  if (args.neftuneNoiseAlpha !== null && !('neftuneNoiseAlpha' in trained)) {
    throw new TrainingArgumentsError(
      `neftuneNoiseAlpha is ${args.neftuneNoiseAlpha}, but ${trained.constructor.name} has no neftuneNoiseAlpha: it must have this ` +
        'property, and add the noise to its embeddings while it is a number; or leave the argument out',
    );
  }
}

interface ModelMaker {
  readonly modelInit?: (() => TrainableModel | Promise<TrainableModel>) | undefined;
  readonly args: TrainingArguments;
}

/**
 * Makes a model, and checks it.
 *
 * @throws TrainerError when it is not a model
 */
export async function callModelInit({ modelInit, args }: ModelMaker, device?: Device): Promise<TrainableModel> {
  setSeed(args.seed);
  const made: unknown = await modelInit?.();
  requireArgument('modelInit', 'what it returns', made, modelKind, TrainerError);
  requireModel(made as TrainableModel, args, device);
  return made as TrainableModel;
}
