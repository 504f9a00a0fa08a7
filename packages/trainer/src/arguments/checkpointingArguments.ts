import { optional, requireOptions, shown, wholeNumber } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { TrainingArgumentsError } from '../errors.ts';
import type { CheckpointingKwargs, TrainingArgumentsOptions } from './defaults.ts';

/**
 * What `transformers` hands on to PyTorch or to its own offloading, where
 * only one value is possible.
 */
const only = (value: unknown): Kind => ({
  what: `${shown(value)}: nothing else is possible here`,
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
 * Activation checkpointing under both of its names, the newer one first, as `transformers` 5.24
 * reads them. An object in place of true holds its options.
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
