import { AdamW } from '@attune/tensor';
import type { Optimizer, ParamGroupOptions } from '@attune/tensor';
import { namedOptimizer } from '../arguments/optimizers.ts';
import type { OptimizerClass } from '../arguments/optimizers.ts';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import { TrainerError } from '../errors.ts';
import type { OptimizerInput } from '../extensionPoints.ts';
import type { TrainableModel } from '../model.ts';

/**
 * The optimizer that the arguments name, or one of a given class, whose options alone then apply,
 * as in `transformers`.
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
  return load ? load().then((make) => optimizerOf(make, options)) : optimizerOf(AdamW, options);
}

const withoutDecay = /bias|layernorm|rmsnorm|(^|\.)norm($|\.)|_norm($|\.)/i;

/**
 * Weight decay goes to every trainable parameter except biases and layer norms, as in
 * `transformers`.
 */
function parameterGroups(model: TrainableModel, weightDecay: number): ParamGroupOptions[] {
  const trainable = [...model.namedParameters()].filter(([, parameter]) => parameter.requiresGrad);
  if (trainable.length === 0)
    throw new TrainerError('train: all parameters of the model are frozen; set requiresGrad of those to train to true');
  return [
    { params: trainable.filter(([name]) => !withoutDecay.test(name)), weightDecay },
    { params: trainable.filter(([name]) => withoutDecay.test(name)), weightDecay: 0 },
  ];
}
