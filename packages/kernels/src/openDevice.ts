import { loadWebGpu, noAdapterAdvice } from '#platform';
import {
  arrayOf,
  flag,
  nonEmptyText,
  numberAtLeast,
  object,
  objectWith,
  oneOf,
  oneOfKinds,
  optional,
  requireOptions,
  text,
  wholeNumber,
} from '@attune/validate';
import { KernelArgumentError, NoAdapterError } from './errors.ts';
import { Gpu } from './gpu.ts';
import { loadVariants, loadVariantsFor } from './device/variantLoaders.ts';
import { replaceableVariants } from './kernels/attention/options.ts';
import { gemmVariants } from './kernels/gemm/options.ts';
import type { GemmVariant } from './kernels/gemm/options.ts';
import { deviceKit } from './device/deviceKit.ts';
import { limitNames } from './device/profile.ts';
import type { HalfStorage } from './device/profile.ts';
import type { GPU, GPUAdapter } from './device/webGpuTypes.ts';
import { preprocessor } from './wgsl/kernelProgram.ts';

/** Options of {@link openDevice}. */
export interface OpenDeviceOptions {
  /** Which GPU to prefer where a machine has two. Default `high-performance`. */
  powerPreference?: 'high-performance' | 'low-power' | undefined;
  /**
   * Features not to request even if the adapter has them, for comparisons and tests:
   * `shader-f16`, `subgroups`, `subgroup-size-control`, `timestamp-query` or
   * `chromium-experimental-subgroup-matrix`.
   */
  withoutFeatures?: readonly string[] | undefined;
  /**
   * Variants of products and attention not to choose, for example `['gemm outerProduct', 'attention
   * flash']`, where a newer one is slower on your card than an older one. `linear geluAgain` keeps
   * results of GELU in f16 for the backward pass; GPUs recompute them by default. Default: none.
   */
  withoutVariants?:
    | readonly (`gemm ${GemmVariant}` | `attention ${(typeof replaceableVariants)[number]}` | 'linear geluAgain')[]
    | undefined;
  /** How shaders see f16 arrays. Default: natively on GPUs with `shader-f16`, else packed. */
  f16Storage?: HalfStorage | undefined;
  /**
   * Limits below the adapter's, for example `{ maxStorageBufferBindingSize: 2 ** 20 }`, to test
   * with large models.
   */
  limits?: Partial<Record<(typeof limitNames)[number], number>> | undefined;
  /**
   * Bytes of GPU memory that may be in use at once; an array beyond it throws an OutOfMemoryError
   * that names the array. Default: no budget.
   */
  memoryBudget?: number | undefined;
  /**
   * Whether the driver bounds-checks every index in shaders, as browsers always do. The kernels of
   * this package check their own and are tested without it; a bug in a kernel of your own could
   * then read or write outside its arrays. Node only. Default true.
   */
  robustness?: boolean | undefined;
  /** A WebGPU implementation to use instead of the platform's own. */
  webgpu?: GPU | undefined;
  /**
   * Dawn's backend in Node, for example `null`, which compiles kernels without running them.
   * Default: the platform's.
   */
  backend?: string | undefined;
}

const variantNames = [
  ...gemmVariants.map((name) => `gemm ${name}` as const),
  ...replaceableVariants.map((name) => `attention ${name}` as const),
  'linear geluAgain' as const,
];

const optionKinds = {
  powerPreference: optional(oneOf('high-performance', 'low-power')),
  withoutFeatures: optional(arrayOf(text, 'names of features')),
  withoutVariants: optional(arrayOf(oneOf(...variantNames), `names of variants: ${variantNames.join(', ')}`)),
  f16Storage: optional(oneOf('native', 'packed')),
  limits: optional(object),
  memoryBudget: optional(oneOfKinds('a number of bytes, or Infinity', numberAtLeast(0), oneOf(Infinity))),
  robustness: optional(flag),
  webgpu: optional(objectWith('a GPU, such as navigator.gpu', { requestAdapter: 'function' })),
  backend: optional(nonEmptyText),
};
const otherNames = { tune: 'await tuneKernels(device) instead' };
const limitKinds = Object.fromEntries(limitNames.map((name) => [name, optional(wholeNumber(0))]));

/** How many devices this process has opened. */
let opened = 0;

/**
 * What callers gave, for as long as the process lasts, as `loadWebGpu` keeps what it loads: Dawn
 * asks its object for results as long as a device is there, and crashes where it was collected.
 */
const kept = new Set<GPU>();

/**
 * Opens the GPU: Dawn in Node, the browser's own WebGPU in a page. Requests the adapter's full
 * limits and every feature that kernels can use.
 *
 * @throws NoAdapterError when there is no WebGPU or no adapter answers; the message says what to do
 * @throws KernelArgumentError for an option that does not exist, or what the adapter lacks
 */
export async function openDevice(options: OpenDeviceOptions = {}): Promise<Gpu> {
  requireOptions('openDevice', options, optionKinds, { error: KernelArgumentError, otherNames });
  requireOptions('openDevice: limits', options.limits ?? {}, limitKinds, { error: KernelArgumentError });
  if (options.webgpu && (options.backend || options.robustness !== undefined))
    throw new KernelArgumentError(
      'openDevice: backend and robustness are chosen where a GPU is made; leave them out beside webgpu',
    );
  // Both may take long, and neither needs the other.
  const [{ deviceParts }, { webgpu, adapter }] = await Promise.all([
    import('./device/deviceParts.ts'),
    findAdapter(options),
  ]);
  const parts = deviceParts(deviceKit);
  preprocessor.preprocess ??= parts.preprocess;
  opened += 1;
  const { device: model, description, architecture } = adapter.info;
  const label = `device ${opened} (${description || model || architecture})`;
  const device = await parts.requestDevice(adapter, options, limitNames, label);
  const { info, profile } = parts.describeDevice(device, adapter, limitNames);
  const f16Storage = options.f16Storage ?? profile.f16Storage;
  const probed =
    profile.subgroupMatrix.length > 0 &&
    (await (await import('./device/probeMatrices.ts')).probeMatrices(device, profile));
  const { withoutVariants = [] } = options;
  // With some variants left out, the choice may fall on one of other adapters.
  await Promise.all([loadVariantsFor(profile), withoutVariants.length > 0 && loadVariants()]);
  const gpu = new Gpu({
    device,
    parts,
    info: { ...info, limits: { ...info.limits, ...options.limits } },
    profile: { ...profile, f16Storage, ...probed },
    memoryBudget: options.memoryBudget ?? Infinity,
    openHelper: async () => {
      const another = await requestAdapter(webgpu, options);
      return another && parts.requestDevice(another, options, limitNames, 'helper');
    },
  });
  for (const name of withoutVariants) gpu.disabledVariants.add(name);
  return gpu;
}

async function findAdapter(options: OpenDeviceOptions): Promise<{ webgpu: GPU; adapter: GPUAdapter }> {
  const webgpu = await findWebGpu(options);
  const adapter = await requestAdapter(webgpu, options);
  if (!adapter) throw new NoAdapterError(`No WebGPU adapter answered. ${noAdapterAdvice()}`);
  return { webgpu, adapter };
}

async function findWebGpu({ webgpu, backend, robustness = true }: OpenDeviceOptions): Promise<GPU> {
  let found: GPU | null;
  try {
    found = webgpu ?? (await loadWebGpu({ backend, robustness }));
  } catch (cause) {
    throw new NoAdapterError(`WebGPU is missing: ${(cause as Error).message}`, { cause });
  }
  if (!found) throw new NoAdapterError(`WebGPU is missing here. ${noAdapterAdvice()}`);
  if (webgpu) kept.add(webgpu);
  return found;
}

function requestAdapter(webgpu: GPU, { powerPreference = 'high-performance' }: OpenDeviceOptions) {
  return webgpu.requestAdapter({ powerPreference });
}
