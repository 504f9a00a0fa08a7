import { expect, it } from 'vitest';
import { limitNames } from './profile.ts';
import { describeDevice } from './requestDevice.ts';
import type { GPUAdapter, GPUDevice } from './webGpuTypes.ts';

/** Lanes that programs can count on, on an adapter with subgroups from `smallest` to `largest`. */
function lanesOf(smallest: number, largest: number, features: readonly string[]) {
  const info = {
    vendor: 'amd',
    architecture: 'rdna-3',
    device: '',
    description: '',
    subgroupMinSize: smallest,
    subgroupMaxSize: largest,
  };
  const device = { features: new Set(features), limits: {} } as unknown as GPUDevice;
  const { subgroupSize, askedSubgroupSize } = describeDevice(device, { info } as GPUAdapter, limitNames).profile;
  return { subgroupSize, askedSubgroupSize };
}

it('knows the lanes of one size, asks for the smallest of several, or knows none', () => {
  const all = ['subgroups', 'subgroup-size-control'];
  expect(lanesOf(32, 32, all)).toEqual({ subgroupSize: 32, askedSubgroupSize: 0 });
  expect(lanesOf(32, 64, all)).toEqual({ subgroupSize: 0, askedSubgroupSize: 32 });
  expect(lanesOf(32, 64, ['subgroups'])).toEqual({ subgroupSize: 0, askedSubgroupSize: 0 });
  expect(lanesOf(32, 32, [])).toEqual({ subgroupSize: 0, askedSubgroupSize: 0 });
});
