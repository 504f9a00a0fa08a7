import { getScheduler } from '@attune/tensor';
import type { PlannedSchedule, ReduceLROnPlateauOptions, Schedule } from '@attune/tensor';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import type { SchedulerInput, SchedulerMaker } from '../extensionPoints.ts';

/** The schedule that the arguments name. */
export function defaultSchedule(args: TrainingArguments, input: SchedulerInput): Schedule | SchedulerMaker {
  const { lrSchedulerType, lrSchedulerKwargs, learningRate: baseLearningRate } = args;
  if (lrSchedulerType === 'reduce_lr_on_plateau') {
    const kwargs = lrSchedulerKwargs as ReduceLROnPlateauOptions;
    return { forOptimizer: (optimizer) => getScheduler('reduce_lr_on_plateau', { optimizer, kwargs }) };
  }
  const kwargs = lrSchedulerKwargs as Readonly<Record<string, number | string>>;
  return getScheduler(lrSchedulerType as PlannedSchedule, { baseLearningRate, kwargs, ...input });
}
