import { describe } from 'vitest';
import { testActivation } from '../../testing/testActivation.ts';
import { tanh, tanhBackward } from './index.ts';
import { tanhBackwardReference, tanhReference } from './reference.ts';

describe('tanh', () => {
  testActivation({
    record: (gpu, { input, gradOutput, output, gradInput }, length) => {
      tanh(gpu, { input, output, length });
      tanhBackward(gpu, { gradOutput, output, gradInput, length });
    },
    reference: tanhReference,
    backwardReference: (gradOutput, _input, output) => tanhBackwardReference(gradOutput, output),
    // Cephes' tanh is right to two roundings; exp's 3 + 2|x| units count only where they are damped
    // by exp(-2|x|).
    bound: () => ({ roundings: 8 }),
    gradientBound: () => ({ roundings: 4 }),
  });
});
