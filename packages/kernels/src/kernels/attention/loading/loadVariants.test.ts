import { afterAll, beforeEach, expect, it } from 'vitest';
import { loadVariants, openDevice } from '../../../index.ts';
import type { Gpu } from '../../../index.ts';
import { attention, attentionBackward } from '../index.ts';
import type { AttentionVariant } from '../index.ts';
import { onGpus, writtenKernels } from './loadedVariants.ts';
import { loadAttentionVariants } from './loadVariants.ts';

beforeEach(unload);
afterAll(() => loadVariants());

function unload(): void {
  for (const variant of ['bySubgroup', 'padded', 'tiled'] as const) writtenKernels.delete(variant);
  onGpus.flash = null;
}

const loaded = () => [...writtenKernels.keys(), ...(onGpus.flash ? ['flash'] : [])].sort();
const processor = ['byRow', 'bySubgroup'];
const card = ['byRow', 'flash', 'padded', 'tiled'];

it.each([
  [true, processor],
  [false, card],
])('what an adapter chooses among is loaded, software %s', async (software, expected) => {
  using gpu = await openDevice();
  unload();
  await loadAttentionVariants({ ...gpu.profile, software });
  expect(loaded()).toEqual(expected);
});

it('openDevice loads what its adapter chooses among', async () => {
  using gpu = await openDevice();
  expect(loaded()).toEqual(gpu.profile.software ? processor : card);
  record(gpu);
  await gpu.idle();
});

it.each(['bySubgroup', 'flash', 'padded', 'tiled'] as const)(
  '%s is an error where it is not loaded, forward and backward, and the one for all is not',
  async (variant) => {
    using gpu = await openDevice();
    // As Mesa's, for which a variant of its own can be asked.
    Object.assign(gpu, { profile: { ...gpu.profile, subgroups: true, subgroupSize: 8 } });
    gpu.dispatch = () => {};
    unload();
    const message = new RegExp(`attention: the variant ${variant} is not loaded.*await loadVariants\\(\\)`, 's');
    expect(() => record(gpu, variant, 'forward')).toThrow(message);
    expect(() => record(gpu, variant, 'backward')).toThrow(message);
    record(gpu, 'byRow');
    await loadVariants();
    record(gpu, variant);
  },
);

/** Records attention over a sequence of four tokens, and its gradients. */
function record(gpu: Gpu, variant?: AttentionVariant, pass: 'forward' | 'backward' | 'both' = 'both'): void {
  const array = (label: string) => gpu.allocate('f32', 32, label);
  const shape = { totalTokens: 4, numSequences: 1, maxSeqlen: 4, numHeads: 1, headSize: 8, variant };
  const cuSeqlens = gpu.upload(Uint32Array.of(0, 4), 'u32', 'cuSeqlens');
  const inputs = { query: array('query'), key: array('key'), value: array('value') };
  const given = { ...shape, ...inputs, cuSeqlens, output: array('output'), logSumExp: array('logSumExp') };
  if (pass !== 'backward') attention(gpu, given);
  const gradients = { gradQuery: array('gradQuery'), gradKey: array('gradKey'), gradValue: array('gradValue') };
  if (pass !== 'forward') attentionBackward(gpu, { ...given, ...gradients, gradOutput: array('gradOutput') });
}
