import { expect, it } from 'vitest';
import { everyAdapter, nameKernels, testEverywhere } from './every-adapter.mjs';

const driver = { VK_DRIVER_FILES: '/cache/lavapipe/lvp_icd.json' };
const machine = {
  found: { own: false, adapter: 'llvmpipe' },
  driver,
  deno: '/cache/deno',
  browser: { program: '/usr/bin/chromium' },
  env: {},
  platform: 'linux',
};
const summary = (places) => places.map(({ name, skipped }) => `${name}: ${skipped ?? 'runs'}`);

it('finds the software driver, Deno and a browser where no GPU answers', () => {
  expect(summary(everyAdapter(machine))).toEqual([
    'Dawn, software Vulkan: runs',
    'Dawn, GPU: no GPU answers on this machine',
    "Deno's WebGPU (wgpu): runs",
    'browser (/usr/bin/chromium): runs',
  ]);
  expect(everyAdapter(machine)[0].env).toBe(driver);
});

it('runs both drivers beside a GPU, and says why each missing adapter is left out', () => {
  const withGpu = { ...machine, found: { own: true, adapter: 'nvidia, hopper' } };
  expect(summary(everyAdapter(withGpu)).slice(0, 2)).toEqual([
    'Dawn, software Vulkan: runs',
    'Dawn, GPU (nvidia, hopper): runs',
  ]);
  const bare = { ...withGpu, driver: {}, deno: null, browser: { missing: 'no Chromium was found' } };
  expect(summary(everyAdapter(bare))).toEqual([
    'Dawn, GPU (nvidia, hopper): runs',
    "Dawn, software Vulkan: there is no software driver beside the GPU's; VK_DRIVER_FILES can name one",
    "Deno's WebGPU (wgpu): it is not there yet; npm run test-deno fetches it (92 MB)",
    'browser: no Chromium was found',
  ]);
});

it('leaves the driver to VK_DRIVER_FILES, and takes a software driver of the system for what it is', () => {
  const chosen = { ...machine, env: { VK_DRIVER_FILES: '/mine.json' } };
  expect(summary(everyAdapter(chosen)).slice(0, 2)).toEqual([
    'Dawn, the driver /mine.json: runs',
    'Dawn, other drivers: VK_DRIVER_FILES chooses one',
  ]);
  const system = { ...machine, found: { own: true, adapter: 'mesa, llvmpipe (LLVM 19)' } };
  expect(summary(everyAdapter(system)).slice(0, 2)).toEqual([
    'Dawn, software (mesa, llvmpipe (LLVM 19)): runs',
    'Dawn, GPU: no GPU answers on this machine',
  ]);
});

it('goes everywhere for folders of kernels only', () => {
  expect(nameKernels(['kernels/gelu'])).toBe(true);
  expect(nameKernels(['packages\\kernels\\src\\kernels\\gelu', 'kernels/tanh/'])).toBe(true);
  for (const words of [[], ['gelu'], ['kernels'], ['kernels/nothing'], ['kernels/gelu', '--reporter=dot']])
    expect(nameKernels(words)).toBe(false);
});

it('fails when one fails, and still runs and lists the others', async () => {
  const printed = [];
  const places = [{ name: 'a' }, { name: 'longer' }, { name: 'b', skipped: 'no reason' }];
  const code = await testEverywhere(
    places,
    async ({ name }, { live }) => (live ? { code: 3 } : { code: 0, output: `of ${name}\n` }),
    (text) => printed.push(text),
  );
  expect(code).toBe(1);
  expect(printed.slice(0, -1)).toEqual(['\n== a', '\n== longer\nof longer']);
  expect(printed.at(-1)).toBe('\na       failed (exit code 3)\nlonger  passed\nb       skipped: no reason');
  expect(
    await testEverywhere(
      [{ name: 'a' }],
      async () => ({ code: 0 }),
      () => {},
    ),
  ).toBe(0);
});

it('stops at Ctrl-C', async () => {
  let stopped;
  const run = async ({ name }, { signal }) => {
    if (name === 'a') return { code: 130 };
    stopped = signal;
    return new Promise(() => {});
  };
  expect(await testEverywhere([{ name: 'a' }, { name: 'b' }], run, () => {})).toBe(130);
  expect(stopped.aborted).toBe(true);
});
