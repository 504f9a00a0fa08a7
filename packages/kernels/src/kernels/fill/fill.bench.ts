import { benchKernels } from '../../testing/benchKernels.ts';
import { fill } from './index.ts';

benchKernels('fill', (gpu) => {
  const length = 2 ** 22;
  const output = gpu.allocatePersistent('f32', length, 'output');
  return { '4 Mi floats': () => fill(gpu, { output, value: 1, length }) };
});
