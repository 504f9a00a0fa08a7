import { coreCount } from '#platform';
import { callable, instanceOf, optional, requireArgument, requireOptions } from '@attune/validate';
import { KernelArgumentError } from '../errors.ts';
import type { AbortSignal } from '@attune/platform';
import { compilationKit } from './compilationKit.ts';
import type { NeededProgram, PipelineCache } from './pipelineCache.ts';
import type { GPUDevice } from '../device/webGpuTypes.ts';

/** Options of {@link Gpu}'s `prepare`. */
export interface PrepareOptions {
  /** Told how many of how many new kernels are ready. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Ends the wait; what is ready by then stays so. */
  readonly signal?: AbortSignal | undefined;
}

const optionKinds = { onProgress: optional(callable), signal: optional(instanceOf(globalThis.AbortSignal)) };

export function requirePrepareArguments(record: unknown, options: unknown): void {
  requireArgument('gpu.prepare', 'record', record, callable, KernelArgumentError);
  requireOptions('gpu.prepare', options, optionKinds, { error: KernelArgumentError });
}

export interface PreparationOptions extends PrepareOptions {
  readonly device: GPUDevice;
  readonly pipelines: PipelineCache;
  /** Whether kernels are compiled when they first run, as software adapters do. */
  readonly compilesWhenRun: boolean;
  /** Opens another device of the same adapter; null where such a one would be of no use. */
  readonly openHelper: (() => Promise<GPUDevice | null>) | null;
}

/** More at once want more memory than they save time. */
const maxHelpers = 7;

/**
 * Makes programs ready for use.
 *
 * @throws GpuValidationError naming a kernel that does not compile; the signal's reason
 */
export async function prepare(programs: readonly NeededProgram[], options: PreparationOptions): Promise<void> {
  const { device, pipelines, compilesWhenRun, openHelper, onProgress, signal } = options;
  signal?.throwIfAborted();
  let done = 0;
  const onDone = () => {
    done += 1;
    if (!signal?.aborted) onProgress?.(done, programs.length);
  };
  const creations = programs.map(async (needed) => {
    await pipelines.prepare(needed);
    if (!compilesWhenRun) onDone();
  });
  const work = async () => {
    const failed = (await Promise.allSettled(creations)).find(({ status }) => status === 'rejected');
    if (failed) throw (failed as PromiseRejectedResult).reason;
    if (!compilesWhenRun) return;
    const { CompileBeside, FirstRun } = await import('./compileBeside.ts');
    const firstRun = new FirstRun(compilationKit, device, pipelines);
    const compilation = new CompileBeside(programs, {
      kit: compilationKit,
      firstRun,
      openHelper: openHelper ?? (() => Promise.resolve(null)),
      maxHelpers: openHelper ? Math.min(maxHelpers, coreCount() - 1) : 0,
      onDone,
      isCancelled: () => signal?.aborted === true,
    });
    await compilation.run();
    firstRun.destroy();
  };
  await (signal ? unlessAborted(work(), signal) : work());
}

/** Waits for work until the signal ends the wait. What has begun goes on; nobody waits for it. */
export function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
