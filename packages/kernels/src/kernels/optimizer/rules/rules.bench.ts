import type { Gpu } from '../../../gpu.ts';
import {
  adagradUpdate,
  createOptimizerState,
  decideUpdate,
  lionUpdate,
  rmspropUpdate,
  sgdUpdate,
} from '../../../internal.ts';
import { benchKernels } from '../../../testing/benchKernels.ts';

/** BERT-tiny. */
const length = 68_544 * 64;

benchKernels('rules of optimizers', (gpu: Gpu) => {
  const state = createOptimizerState(gpu, { learningRates: [1e-3], groups: [{ weightDecay: 0.01 }] });
  const floats = (label: string) => gpu.allocatePersistent('f32', length, label);
  const arrays = {
    weights: floats('weights'),
    gradients: floats('gradients'),
    groupIds: gpu.allocatePersistent('u32', length / 64, 'groupIds'),
    length,
  };
  const all = [floats('first'), floats('second'), floats('third')];
  const input = (moments: number) => ({ state, segment: { ...arrays, moments: all.slice(0, moments) } });
  decideUpdate(gpu, { state, segments: [arrays] });
  const sgd = { dampening: 0, nesterov: false };
  return {
    sgd: () => sgdUpdate(gpu, { ...input(0), ...sgd, momentum: 0 }),
    'sgd with momentum': () => sgdUpdate(gpu, { ...input(1), ...sgd, momentum: 0.9 }),
    lion: () => lionUpdate(gpu, { ...input(1), betas: [0.9, 0.99] }),
    adagrad: () => adagradUpdate(gpu, { ...input(1), epsilon: 1e-10 }),
    'rmsprop, centered, with momentum': () =>
      rmspropUpdate(gpu, { ...input(3), alpha: 0.99, epsilon: 1e-8, momentum: 0.9, centered: true }),
  };
});
