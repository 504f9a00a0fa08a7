import { getScheduler } from '@attune/tensor';
import type { Optimizer, ParamGroupOptions, PlannedSchedule, ReduceLROnPlateauOptions, Schedule } from '@attune/tensor';
import { namedOptimizer } from '../arguments/optimizers.ts';
import type { OptimizerClass } from '../arguments/optimizers.ts';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import type { OptimizerInput, SchedulerInput, SchedulerMaker } from '../extensionPoints.ts';
import type { TrainableModel } from '../model.ts';

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

/**
 * The optimizer that the arguments name, or one of a class that was given with options: these alone
 * then say its rate and numbers, as in `transformers`.
 */
export function defaultOptimizer(
  args: TrainingArguments,
  { model, learningRates }: OptimizerInput,
  given?: readonly [make: OptimizerClass, options: object],
): Optimizer | Promise<Optimizer> {
  const optimizerOf = (make: OptimizerClass, options: object) =>
    new make(parameterGroups(model, args.weightDecay), {
      maxGradNorm: args.maxGradNorm,
      ...(args.fp16 && { fp16: true, lossScale: {} }),
      ...options,
    });
  if (given) return optimizerOf(...given);
  const [load, named] = namedOptimizer(args);
  const options = { lr: learningRates, ...named };
  const loaded = load();
  return loaded instanceof Promise ? loaded.then((make) => optimizerOf(make, options)) : optimizerOf(loaded, options);
}

const withoutDecay = /bias|layernorm|rmsnorm|(^|\.)norm($|\.)|_norm($|\.)/i;

/**
 * Weight decay goes to every trainable parameter except biases and layer norms, as in
 * `transformers`.
 */
function parameterGroups(model: TrainableModel, weightDecay: number): ParamGroupOptions[] {
  const trainable = [...model.namedParameters()].filter(([, parameter]) => parameter.requiresGrad);
  return [
    { params: trainable.filter(([name]) => !withoutDecay.test(name)), weightDecay },
    { params: trainable.filter(([name]) => withoutDecay.test(name)), weightDecay: 0 },
  ];
}
