import { AdamW, getScheduler } from '@attune/tensor';
import type { Optimizer, ParamGroupOptions, Schedule } from '@attune/tensor';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import type { OptimizerInput, SchedulerInput } from '../extensionPoints.ts';
import type { TrainableModel } from '../model.ts';

/** The schedule that the arguments name. */
export function defaultSchedule(args: TrainingArguments, input: SchedulerInput): Schedule {
  const { lrSchedulerType, lrSchedulerKwargs: kwargs, learningRate: baseLearningRate } = args;
  return getScheduler(lrSchedulerType, { baseLearningRate, kwargs, ...input });
}

/** AdamW with the arguments' numbers. */
export function defaultOptimizer(args: TrainingArguments, { model, learningRates }: OptimizerInput): Optimizer {
  return new AdamW(parameterGroups(model, args.weightDecay), {
    lr: learningRates,
    betas: [args.adamBeta1, args.adamBeta2],
    eps: args.adamEpsilon,
    maxGradNorm: args.maxGradNorm,
    ...(args.fp16 && { fp16: true, lossScale: {} }),
  });
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
