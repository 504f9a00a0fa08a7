import type { GPUDevice } from '../device/webGpuTypes.ts';
import type { CompilationKit } from './compilationKit.ts';
import { CompileBeside } from './compileBeside.ts';
import { FirstRun } from './firstRun.ts';
import type { NeededProgram, PipelineCache } from './pipelineCache.ts';
import type { PrepareOptions } from './prepare.ts';

export interface PreparationOptions extends PrepareOptions {
  readonly kit: CompilationKit;
  readonly device: GPUDevice;
  readonly pipelines: PipelineCache;
  /** Whether kernels are compiled when they first run, as software adapters do. */
  readonly compilesWhenRun: boolean;
  /** Opens another device of the same adapter; null where that would not help. */
  readonly openHelper: (() => Promise<GPUDevice | null>) | null;
}

/** More helpers would cost more memory than they save time. */
const maxHelpers = 7;

/**
 * Makes programs ready for use.
 *
 * @throws GpuValidationError naming a kernel that does not compile; the signal's reason
 */
export async function preparePrograms(programs: readonly NeededProgram[], options: PreparationOptions): Promise<void> {
  const { kit, device, pipelines, compilesWhenRun, openHelper, onProgress, signal } = options;
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
    const firstRun = new FirstRun(kit, device, pipelines);
    const compilation = new CompileBeside(programs, {
      kit,
      firstRun,
      openHelper: openHelper ?? (() => Promise.resolve(null)),
      maxHelpers: openHelper ? Math.min(maxHelpers, kit.coreCount() - 1) : 0,
      onDone,
      isCancelled: () => signal?.aborted === true,
    });
    await compilation.run();
    firstRun.destroy();
  };
  await (signal ? kit.unlessAborted(work(), signal) : work());
}
