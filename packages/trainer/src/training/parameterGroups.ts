import type { ParamGroupOptions } from '@attune/tensor';
import type { TrainableModel } from '../model.ts';

const withoutDecay = /bias|layernorm|rmsnorm|(^|\.)norm($|\.)|_norm($|\.)/i;

/**
 * Weight decay goes to every trainable parameter except biases and layer norms, as in
 * `transformers`.
 */
export function parameterGroups(model: TrainableModel, weightDecay: number): ParamGroupOptions[] {
  const trainable = [...model.namedParameters()].filter(([, parameter]) => parameter.requiresGrad);
  return [
    { params: trainable.filter(([name]) => !withoutDecay.test(name)), weightDecay },
    { params: trainable.filter(([name]) => withoutDecay.test(name)), weightDecay: 0 },
  ];
}
