import { anything, requireArgument, requireOptions } from '@attune/validate';
import { LrScheduler, optimizerKind } from './lrScheduler.ts';
import type { Optimizer } from '../optimizer.ts';
import { ReduceLROnPlateau } from './reduceLROnPlateau.ts';
import type { ReduceLROnPlateauOptions } from './reduceLROnPlateau.ts';
import { makeSchedule, ScheduleError } from './schedules.ts';
import type { PlannedSchedule, Schedule, SchedulerOptions, SchedulerType } from './schedules.ts';
import { requireAtMost } from '../../surplusArguments.ts';

/** Options of `getScheduler` for the rates of an optimizer. */
export interface OptimizerSchedulerOptions extends Omit<SchedulerOptions, 'baseLearningRate'> {
  /** The optimizer; the schedule's factors multiply the learning rates of its groups. */
  readonly optimizer: Optimizer;
}

const plateauKinds = { kwargs: anything, numWarmupSteps: anything, numTrainingSteps: anything };

/** Options of `getScheduler('reduce_lr_on_plateau', …)`. */
export interface PlateauSchedulerOptions {
  /** The optimizer whose rates are lowered. */
  readonly optimizer: Optimizer;
  /** Options of `ReduceLROnPlateau`. Default: its defaults. */
  readonly kwargs?: ReduceLROnPlateauOptions | undefined;
  /** Not used. */
  readonly numWarmupSteps?: number | undefined;
  /** Not used. */
  readonly numTrainingSteps?: number | undefined;
}

/**
 * A learning rate schedule by name. Names, formulas and defaults are those of
 * `transformers.get_scheduler`.
 *
 * With an `optimizer` it returns a scheduler whose `step()` changes the optimizer's rates
 * (`reduce_lr_on_plateau`: whose `step(metric)` does); with a `baseLearningRate` instead, the rate
 * of every step as a function.
 *
 * @throws ScheduleError for an unknown name, an unknown option, or one that is missing
 */
export function getScheduler(name: 'reduce_lr_on_plateau', options: PlateauSchedulerOptions): ReduceLROnPlateau;
export function getScheduler(name: PlannedSchedule, options: OptimizerSchedulerOptions): LrScheduler;
export function getScheduler(name: SchedulerType, options: OptimizerSchedulerOptions): LrScheduler | ReduceLROnPlateau;
export function getScheduler(name: SchedulerType, options: SchedulerOptions): Schedule;
export function getScheduler(
  name: SchedulerType,
  options: OptimizerSchedulerOptions | PlateauSchedulerOptions | SchedulerOptions,
): LrScheduler | ReduceLROnPlateau | Schedule {
  if (optimizerKind.holds(options))
    throw new ScheduleError(
      "getScheduler takes its options as an object, { optimizer, numTrainingSteps, … }; got an optimizer: getScheduler('linear', { optimizer })",
    );
  requireAtMost('getScheduler', 2, arguments);
  if (typeof options !== 'object' || options === null || !('optimizer' in options))
    return makeSchedule(name, options as SchedulerOptions);
  const { optimizer, ...rest } = options;
  requireArgument('getScheduler', 'optimizer', optimizer, optimizerKind, ScheduleError);
  if ('baseLearningRate' in rest)
    throw new ScheduleError(
      'getScheduler: with an optimizer its groups say the learning rate; leave baseLearningRate out',
    );
  // It ignores warmup and length, as in transformers.
  if (name === 'reduce_lr_on_plateau') {
    requireOptions('getScheduler', rest, plateauKinds, { error: ScheduleError });
    return new ReduceLROnPlateau(optimizer, rest.kwargs);
  }
  const schedules = optimizer.paramGroups.map(({ lr }) =>
    makeSchedule(name, { ...(rest as SchedulerOptions), baseLearningRate: lr }),
  );
  return new LrScheduler(optimizer, schedules);
}
