import { afterAll, describe, expect, it } from 'vitest';
import { loadVariants, openDevice } from '../../index.ts';
import type { Gpu } from '../../index.ts';
import { expectAttention, runAttention } from '../../testing/attentionCases.ts';
import type { AttentionCase } from '../../testing/attentionCases.ts';
import { chosenVariant } from './variants.ts';

const device = await openDevice();
await loadVariants();

describe('the variant of attention', () => {
  afterAll(() => device.destroy());

  it('takes register tiles on a GPU, and what it always took on a processor', () => {
    const on = (profile: Partial<Gpu['profile']>) =>
      Object.create(device, { profile: { value: { ...device.profile, ...profile } } }) as Gpu;
    const choice = (gpu: Gpu, headSize: number) => chosenVariant(gpu, 'attention', { headSize });
    const processor = { software: true, subgroups: true, subgroupSize: 8 };
    const sizes = [16, 64, 128, 256, 257];
    expect(sizes.map((size) => choice(on({ software: false }), size))).toEqual([
      'flash',
      'flash',
      'flash',
      'flash',
      'byRow',
    ]);
    expect(sizes.map((size) => choice(on(processor), size))).toEqual([
      'bySubgroup',
      'bySubgroup',
      'byRow',
      'byRow',
      'byRow',
    ]);
    expect(choice(on({ ...processor, subgroupSize: 4 }), 64)).toBe('byRow');
  });

  it('leaves out the variants that a device is opened without', async () => {
    using other = await openDevice({ withoutVariants: ['attention flash', 'attention bySubgroup'] });
    Object.assign(other, { profile: { ...other.profile, software: true } });
    expect(chosenVariant(other, 'attention', { headSize: 64 })).toBe('byRow');
    Object.assign(other, { profile: { ...other.profile, software: false } });
    expect(chosenVariant(other, 'attention', { headSize: 64 })).toBe('padded');
    other.disabledVariants.add('attention padded');
    expect(chosenVariant(other, 'attention', { headSize: 64 })).toBe('tiled');
    await expect(openDevice({ withoutVariants: ['attention byRow' as never] })).rejects.toThrow(/attention flash/);
  });

  it('goes row by row where heads fit no tile', async () => {
    const given: AttentionCase = { lengths: [3, 9], numHeads: 1, headSize: 516, variant: 'byRow', dropout: true };
    expectAttention(given, await runAttention(device, given));
    const shape = { kernel: 'attention', headSize: 516 };
    const gpuProfile = { ...device.profile, software: false };
    expect(chosenVariant(Object.create(device, { profile: { value: gpuProfile } }), 'attention', shape)).toBe('byRow');
    expect(() => chosenVariant(device, 'attention', { ...shape, variant: 'tiled' })).toThrow(
      /variant tiled takes a headSize of at most 256; headSize is 516/,
    );
  });
});
