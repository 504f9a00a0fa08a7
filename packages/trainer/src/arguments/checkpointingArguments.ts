import { optional, requireOptions, shown, wholeNumber } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { TrainingArgumentsError } from '../errors.ts';
import type { CheckpointingKwargs, TrainingArgumentsOptions } from './defaults.ts';

/**
 * Options that `transformers` passes on to PyTorch or to its own offloading; only one value is
 * possible here.
 */
const only = (value: unknown): Kind => ({
  what: `${shown(value)}, the only supported value`,
  holds: (given) => given === value,
  optional: true,
});

const kwargsKinds: Readonly<Record<string, Kind>> = {
  everyNLayers: optional(wholeNumber(1)),
  offload: only(false),
  useReentrant: only(false),
  preserveRngState: only(true),
};

/**
 * Reads activation checkpointing under both of its names, the newer one first, as `transformers`
 * 5.24 does. An object instead of true holds its options.
 *
 * @throws TrainingArgumentsError for an option that does not exist
 */
export function checkpointingOf(options: Partial<TrainingArgumentsOptions>): Partial<TrainingArgumentsOptions> {
  const given: unknown = options.activationCheckpointing ?? options.gradientCheckpointing ?? false;
  const isOptions = typeof given === 'object';
  const kwargs: unknown =
    (isOptions ? given : null) ?? options.activationCheckpointingKwargs ?? options.gradientCheckpointingKwargs ?? null;
  if (kwargs !== null)
    requireOptions('activationCheckpointingKwargs', kwargs, kwargsKinds, { error: TrainingArgumentsError });
  const switched = (isOptions || given) as boolean;
  return {
    activationCheckpointing: switched,
    activationCheckpointingKwargs: kwargs as CheckpointingKwargs | null,
    gradientCheckpointing: switched,
    gradientCheckpointingKwargs: kwargs as CheckpointingKwargs | null,
  };
}
