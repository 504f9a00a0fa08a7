import { expect, it } from 'vitest';
import { KernelArgumentError, NoAdapterError, openDevice } from './index.ts';
import { collectGarbage } from './platform/collectGarbage.ts';

it('keeps the WebGPU object that it was given, which Dawn reads for as long as the process lasts', async () => {
  const given = new WeakRef({ requestAdapter: async () => null });
  await expect(openDevice({ webgpu: given.deref() as never })).rejects.toThrow(NoAdapterError);
  for (let turn = 0; turn < 3; turn++) await collectGarbage();
  expect(given.deref()).toBeDefined();
});

it.each([
  ['a feature that is never requested', { withoutFeatures: ['shader-f61'] }, /withoutFeatures names 'shader-f61'/],
  [
    'native halves without their feature',
    { f16Storage: 'native', withoutFeatures: ['shader-f16'] },
    /f16Storage 'native' needs the feature shader-f16/,
  ],
  [
    "a limit above the adapter's",
    { limits: { maxBufferSize: 2 ** 52 } },
    /limits: maxBufferSize must be at most \d+, as this adapter has; got 4503599627370496$/,
  ],
  [
    'what is no WebGPU',
    { webgpu: {} as never },
    /webgpu must be a GPU, such as navigator.gpu; got an empty object, which has no method requestAdapter\(\)/,
  ],
  [
    'a backend beside a WebGPU',
    { webgpu: { requestAdapter: async () => null } as never, backend: 'null' },
    /backend and robustness are chosen where a GPU is made/,
  ],
] as const)('refuses %s', async (_, options, message) => {
  await expect(openDevice(options)).rejects.toThrow(KernelArgumentError);
  await expect(openDevice(options)).rejects.toThrow(message);
});
