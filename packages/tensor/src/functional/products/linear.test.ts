import { loadVariants, openDevice } from '@attune/kernels';
import type { Gpu } from '@attune/kernels';
import { describe, expect, it } from 'vitest';
import { autocast } from '../../autograd/autocast.ts';
import { Linear } from '../../nn/layers/linear.ts';
import { AdamW } from '../../optim/adamW.ts';
import { tensor } from '../creation/create.ts';
import { sum } from '../reductions/reductions.ts';

/**
 * The null backend as a card with matrix units, whose tuner found this variant to be the fastest.
 */
async function cardTakes(variant: string): Promise<Gpu> {
  const device = await openDevice({ backend: 'null' });
  const config = { componentType: 'f16', resultComponentType: 'f32', m: 16, n: 16, k: 16 };
  const matrices = { subgroupMatrix: [config], subgroupMatrixSpelling: 'majorness', subgroupMatrixTiles: 'words' };
  const profile = { ...device.profile, ...matrices, software: false, f16: true, subgroups: true, subgroupSize: 32 };
  Object.assign(device, { profile });
  await loadVariants();
  device.tuned = new (class extends Map<string, { variant: string; tile: string }> {
    override get size() {
      return 1;
    }
    override get() {
      return { variant, tile: 'small' };
    }
  })();
  return device;
}

describe('linear in mixed precision on matrix units', () => {
  it.each([
    ['matrixTile', 'f16', 1],
    ['subgroupMatrix', 'f32', 0],
  ] as const)('by %s reads an f32 input as %s', async (variant, type, copies) => {
    using device = await cardTakes(variant);
    const layer = new Linear({ inFeatures: 16, outFeatures: 24, device });
    // Gives the weight its f16 copy.
    using _ = new AdamW(layer.parameters(), { fp16: true });
    const input = tensor(new Float32Array(5 * 16), { shape: [5, 16], device, requiresGrad: true });
    const ran: { kernel: string; types: string[] }[] = [];
    const dispatch = device.dispatch.bind(device);
    device.dispatch = (what) => {
      const kernel = /^(cast|gemm \w+)/.exec(what.program.key)?.[0];
      if (kernel) ran.push({ kernel, types: what.reads.map(({ elementType }) => elementType) });
      dispatch(what);
    };
    autocast(() => sum(layer.forward(input))).backward();
    const products = ran.filter(({ kernel }) => kernel === `gemm ${variant}`);
    // Forward with the bias; by input for the weight; by weight for the input.
    expect(products.map(({ types }) => types)).toEqual([
      [type, 'f16', 'f32'],
      ['f16', type],
      ['f16', 'f16'],
    ]);
    // And one of the weight.
    expect(ran.filter(({ kernel, types }) => kernel === 'cast' && types[0] === 'f32')).toHaveLength(1 + copies);
  });
});
