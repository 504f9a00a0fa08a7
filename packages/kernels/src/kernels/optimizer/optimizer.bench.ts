import type { Gpu } from '../../gpu.ts';
import { benchKernels } from '../../testing/benchKernels.ts';
import { createOptimizerState, optimizerUpdate } from '../../internal.ts';

/** BERT-tiny, and the most of BERT-base that a bench may take: 4.4 and 22 million parameters. */
const sizes = [68_544 * 64, 2 ** 19 * 42];

benchKernels('optimizer', (gpu: Gpu) => {
  const state = createOptimizerState(gpu, { learningRates: [1e-5], groups: [{ weightDecay: 0.01 }] });
  const cases: Record<string, () => void> = {};
  for (const length of sizes) {
    const floats = (label: string) => gpu.allocatePersistent('f32', length, label);
    const segment = {
      weights: floats('weights'),
      gradients: floats('gradients'),
      expAvg: floats('expAvg'),
      expAvgSq: floats('expAvgSq'),
      groupIds: gpu.allocatePersistent('u32', length / 64, 'groupIds'),
      length,
    };
    cases[`update of ${length}`] = () => optimizerUpdate(gpu, { state, segments: [segment] });
  }
  return cases;
});
