import { callable, instanceOf, optional, requireArgument, requireOptions } from '@attune/validate';
import { KernelArgumentError } from '../errors.ts';
import { Gpu } from '../gpu.ts';
import { checkAttention } from './checkAttention.ts';
import { checkGemm } from './checkGemm.ts';
import { loadVariants } from '../device/variantLoaders.ts';
import { unlessAborted } from '../recording/prepare.ts';
import type { PrepareOptions } from '../recording/prepare.ts';
import type { VariantCheck } from './variantCheck.ts';

/**
 * Records the checks of a kernel's variants on this device; none where it uses the portable one.
 */
type KernelCheck = (gpu: Gpu) => VariantCheck[];

const kernelChecks: readonly KernelCheck[] = [checkGemm, checkAttention];
const aDevice = instanceOf(Gpu, 'a device, as openDevice() gives it');
const optionKinds = { onProgress: optional(callable), signal: optional(instanceOf(globalThis.AbortSignal)) };
const checked = new WeakMap<Gpu, Promise<readonly string[]>>();

/**
 * Runs every fast variant that this device would use on a small input and compares the result with
 * float64. Variants that disagree are disabled (`gpu.disabledVariants`): drivers have bugs, and a
 * wrong product is worse than a slow one. Runs once for each device; later calls return the first
 * result.
 *
 * @param warn called for each variant that disagrees; default `console.warn`
 * @param options `onProgress` is called with how many kernels are compiled, `signal` ends the wait
 * @returns the variants that disagree, by kernel and name: `gemm subgroupMatrix`
 * @throws GpuError when the GPU fails while it is tested; the signal's reason; KernelArgumentError
 */
export async function selfTest(
  gpu: Gpu,
  warn: (message: string) => void = console.warn,
  options: PrepareOptions = {},
): Promise<readonly string[]> {
  requireArgument('selfTest', 'gpu', gpu, aDevice, KernelArgumentError);
  requireArgument('selfTest', 'warn', warn, callable, KernelArgumentError);
  requireOptions('selfTest', options, optionKinds, { error: KernelArgumentError });
  const { onProgress, signal } = options;
  signal?.throwIfAborted();
  let running = checked.get(gpu);
  if (!running) checked.set(gpu, (running = check(gpu, warn, onProgress)));
  return signal ? unlessAborted(running, signal) : running;
}

async function check(
  gpu: Gpu,
  warn: (message: string) => void,
  onProgress: PrepareOptions['onProgress'],
): Promise<readonly string[]> {
  // The caller may have disabled some already.
  const before = new Set(gpu.disabledVariants);
  const record = () => kernelChecks.flatMap((checkKernel) => checkKernel(gpu));
  // Compiled in parallel: one after the other they would take more than half of a first start.
  await gpu.prepare(record, { onProgress });
  // The variants chosen instead of wrong ones are tested too.
  while (await disableWrong(gpu, record(), warn)) await loadVariants();
  return [...gpu.disabledVariants].filter((name) => !before.has(name));
}

/** Disables variants that are wrong. @returns whether there was one that was not disabled before */
async function disableWrong(
  gpu: Gpu,
  checks: readonly VariantCheck[],
  warn: (message: string) => void,
): Promise<boolean> {
  const disabled = gpu.disabledVariants.size;
  for (const { name, actual, expected, tolerance } of checks) {
    const difference = largestDifference((await gpu.read(actual)) as Float32Array, expected);
    gpu.release(actual);
    if (difference <= tolerance || gpu.disabledVariants.has(name)) continue;
    gpu.disabledVariants.add(name);
    const adapter = gpu.info.description || gpu.info.architecture || 'this adapter';
    warn(
      `The kernel variant "${name}" computes wrong results on ${adapter}: off by ${difference}, where ${tolerance} is allowed. ` +
        'Another variant is used instead, which is slower. A newer driver may help.',
    );
  }
  return gpu.disabledVariants.size > disabled;
}

/** The largest absolute difference; NaN where either has a NaN. */
function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  return Array.from(actual).reduce((most, value, index) => {
    const distance = Math.abs(value - (expected[index] as number));
    return distance <= most ? most : distance;
  }, 0);
}
