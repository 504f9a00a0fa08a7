import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { binary } from './index.ts';
import * as members from './members.ts';

benchKernels('binary', (gpu) => {
  const length = 2 ** 20;
  const a = gpu.upload(normalNumbers(length, 1), 'f32', 'a');
  const output = gpu.allocatePersistent('f32', length, 'output');
  const broadcast = { extents: [1024, 1024], strides: { a: [1024, 1], b: [0, 1] } };
  return {
    sub: () => binary(gpu, { function: members.sub, a, b: a, output, length }),
    'sub of a row': () => binary(gpu, { function: members.sub, a, b: a, output, length, broadcast }),
    'add a number': () => binary(gpu, { function: members.add, a, b: 2, output, length }),
    pow: () => binary(gpu, { function: members.pow, a, b: 3, output, length }),
  };
});
