import { expect, it } from 'vitest';
import { NoAdapterError, openDevice } from './index.ts';
import { collectGarbage } from './platform/collectGarbage.ts';

it('keeps the WebGPU object that it was given, which Dawn reads for as long as the process lasts', async () => {
  const given = new WeakRef({ requestAdapter: async () => null });
  await expect(openDevice({ webgpu: given.deref() as never })).rejects.toThrow(NoAdapterError);
  for (let turn = 0; turn < 3; turn++) await collectGarbage();
  expect(given.deref()).toBeDefined();
});
