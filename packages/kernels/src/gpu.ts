import { callable, objectWith, requireArgument } from '@attune/validate';
import { Failures } from './device/failures.ts';
import { lateVariants } from './device/variantLoaders.ts';
import type { GpuOptions } from './device/gpuOptions.ts';
import type { DeviceInfo, DeviceProfile } from './device/profile.ts';
import type { VariantChoice } from './device/variantChoice.ts';
import type { GPUDevice } from './device/webGpuTypes.ts';
import { KernelArgumentError } from './errors.ts';
import type { ElementType, GpuArray, HostData } from './memory/gpuArray.ts';
import { requireOwn } from './memory/requireArray.ts';
import { MemoryManager } from './memory/memoryManager.ts';
import type { MemoryReport } from './memory/memoryManager.ts';
import type { WithinScope } from './memory/scopes.ts';
import { clearWords, copyWords } from './recording/copy/index.ts';
import { requireDispatch } from './recording/dispatch.ts';
import type { Dispatch } from './recording/dispatch.ts';
import { compilationKit } from './recording/compilationKit.ts';
import { requirePrepareArguments } from './recording/prepare.ts';
import type { PrepareOptions } from './recording/prepare.ts';
import type { ProfileRow } from './recording/profileRows.ts';
import { readBack } from './recording/readBack.ts';
import { Recorder } from './recording/recorder.ts';
import type { RecorderStatistics } from './recording/recorder.ts';

const fromOpenDevice = objectWith('what openDevice() passes: call that instead', { device: 'object' });

/**
 * A GPU: memory, recording and reading back. Kernels record dispatches, which run at `flush()` at
 * the latest, and nothing waits but `read()` and `idle()`. Everything runs in the order in which it
 * was recorded.
 *
 * WebGPU tells late that it refused something. The next wait rejects with it, every wait that is
 * under way then too, and what was to be computed can neither be read nor used; the device itself
 * is as good as before. Only when it is lost everything throws, recording too.
 */
export class Gpu {
  /** Adapter, features and limits, for people. */
  readonly info: DeviceInfo;
  /** What kernels choose their variants from. */
  readonly profile: DeviceProfile;
  /**
   * Variants that gave other results here than the portable ones, by kernel and name: `gemm
   * subgroupMatrix`. Kernels do not choose them.
   */
  readonly disabledVariants = new Set<string>();
  /**
   * The fastest variants by class of products, as `tuneKernels` measured them; empty without
   * tuning.
   */
  tuned: ReadonlyMap<string, VariantChoice> = new Map();
  /**
   * Whether a store behind the end of a buffer goes to the buffer's last element, where it can be
   * seen, instead of nowhere: for tests of kernels, whose arrays are longer than asked for. Default
   * false.
   */
  clampsStores = false;
  readonly #options: GpuOptions;
  readonly #device: GPUDevice;
  readonly #failures = new Failures();
  readonly #recorder: Recorder;
  readonly #memory: MemoryManager;

  /** Called by `openDevice`. */
  constructor(options: GpuOptions) {
    requireArgument('new Gpu', 'options', options, fromOpenDevice, KernelArgumentError);
    const { device, info, profile, memoryBudget } = options;
    const failures = this.#failures;
    this.#options = options;
    this.#device = device;
    this.info = info;
    this.profile = profile;
    this.#recorder = new Recorder(device, failures);
    this.#memory = new MemoryManager({
      device,
      limits: info.limits,
      budget: memoryBudget,
      recorded: this.#recorder,
      failures,
    });
    failures.listen(device);
  }

  /** Memory in use, at its peak, and kept for reuse. */
  get memory(): MemoryReport {
    return this.#memory.report;
  }

  /** Dispatches, bind groups made and submits since the start. */
  get statistics(): Readonly<RecorderStatistics> & { readonly pipelines: number } {
    this.#recorder.recordWaiting();
    return { ...this.#recorder.statistics, pipelines: this.#recorder.pipelines.size };
  }

  /** Lets `memory.peakBytes` begin again at what is in use now. */
  resetPeakMemory(): void {
    this.#memory.resetPeak();
  }

  /**
   * Checks that an array of this length may be made now: for what is computed on the host
   * first, and may take long.
   *
   * @throws OutOfMemoryError
   */
  requireRoom(elementType: ElementType, length: number, label: string): void {
    this.#memory.requireRoom(elementType, length, label);
  }

  /**
   * An array from the pool. Its content is undefined. It belongs to the innermost `scope`, or to
   * the caller outside any scope.
   *
   * @param exact whether its buffer is no longer than this, for what is large and comes again with
   *   the same length. Default false: it is longer by up to a fifth, and serves other lengths too.
   * @throws OutOfMemoryError
   */
  allocate(elementType: ElementType, length: number, label: string, exact = false): GpuArray {
    return this.#memory.allocate(elementType, length, label, exact);
  }

  /** A zeroed array of exactly this size that outlives scopes. @throws OutOfMemoryError */
  allocatePersistent(elementType: ElementType, length: number, label: string): GpuArray {
    return this.#memory.allocatePersistent(elementType, length, label);
  }

  /**
   * Zeroed arrays of exactly these lengths, one directly behind the other in one buffer, such that
   * neighbours can be used as one array. Like persistent ones they outlive scopes; `release` gives
   * back each by itself, and the memory goes with the last.
   *
   * @throws KernelArgumentError when one would not begin at a multiple of 256 bytes
   */
  allocateContiguous(elementType: ElementType, lengths: readonly number[], label: string): GpuArray[] {
    return this.#memory.allocateContiguous(elementType, lengths, label);
  }

  /**
   * Copies host data into an array from the pool. The data may be changed as soon as the call
   * returns.
   *
   * @param data as many bytes an element as the type has; f16 as its bits in a `Uint16Array`
   * @throws OutOfMemoryError
   */
  upload(data: HostData, elementType: ElementType, label: string): GpuArray {
    return this.#memory.upload(data, elementType, label);
  }

  /**
   * Copies host data into an array that already exists, before the next submit: of what is recorded
   * already some may see the new data too. `flush()` first where it must not.
   *
   * @param offset first element written; default 0
   */
  write(array: GpuArray, data: HostData, offset = 0): void {
    this.#memory.write(array, data, offset);
  }

  /**
   * Gives an array back. Legal right after its last use was recorded; whatever is recorded later
   * may get the same memory. Without effect when the array has gone back already, by an earlier
   * call or at the end of its scope. Legal also on a lost or destroyed device, and from a finalizer
   * in the middle of other recording.
   */
  release(array: GpuArray): void {
    this.#memory.release(array);
  }

  /**
   * Takes an array out of its scope: the caller releases it, or nobody, and then it goes back when
   * nothing reaches it any more.
   */
  retain(array: GpuArray): void {
    this.#memory.retain(array);
  }

  /**
   * Runs `body`; every array allocated in it and not retained is released at its end, also when it
   * throws.
   *
   * When `body` returns a promise, its arrays last until that settles. To the scope belongs what
   * was allocated before the first `await`; code behind an `await` may run between steps of another
   * run, whose arrays must not be taken for those of this one. What is allocated there belongs to
   * nobody, unless it is allocated by way of `within`:
   *
   *     await gpu.scope(async (within) => {
   *       const first = await gpu.read(work());
   *       const second = within(() => moreWork(first)); // recorded now, released at the end
   *       return gpu.read(second);
   *     });
   *
   * @param body is passed `within`, which runs a function in this scope and returns its result
   */
  scope<T>(body: (within: WithinScope) => T): T {
    if (typeof body !== 'function') requireArgument('gpu.scope', 'body', body, callable, KernelArgumentError);
    return this.#memory.scope(body);
  }

  /** Whether a scope is open: what is allocated now goes back at its end. */
  get inScope(): boolean {
    return this.#memory.inScope;
  }

  /**
   * Runs `body` and tells which of the arrays that were allocated in it are still in use, for a
   * caller who knows when they may go back. Until then they belong to the scope around, if there is
   * one.
   */
  allocatedIn<T>(body: () => T): { readonly value: T; readonly arrays: Set<GpuArray> } {
    return this.#memory.allocatedIn(body);
  }

  /** Records: every element becomes zero. */
  clear(array: GpuArray): void {
    requireOwn('gpu.clear', array, this.#device);
    this.dispatch(clearWords(this.profile, array));
  }

  /**
   * Records: the elements of `source` are copied to the start of `target`. Both have the same
   * element type, in different buffers.
   */
  copy(source: GpuArray, target: GpuArray): void {
    requireOwn('gpu.copy', source, this.#device, 'source');
    requireOwn('gpu.copy', target, this.#device, 'target');
    this.dispatch(copyWords(this.profile, source, target));
  }

  /**
   * Records one dispatch of a kernel.
   *
   * @throws ReleasedArrayError, KernelArgumentError when an array lies on another device
   */
  dispatch(dispatch: Dispatch): void {
    if (this.#failures.lost) throw this.#failures.lost;
    requireDispatch(dispatch);
    this.#recorder.dispatch(dispatch);
  }

  /**
   * Compiles every kernel that `record` would use, ahead of its first use. Nothing of what `record`
   * records is run; memory allocated in it is given back. Free when nothing is new.
   *
   * Software adapters compile a kernel when it first runs, so there each runs once, on zeroed
   * memory. Where their driver keeps compiled kernels on disk (Mesa), as many are compiled at once
   * as there are processor cores.
   *
   * @throws GpuValidationError naming a kernel that does not compile
   */
  async prepare(record: () => void, options: PrepareOptions = {}): Promise<void> {
    requirePrepareArguments(record, options);
    this.#failures.throwIfLost();
    const late = lateVariants();
    if (late) await late;
    const { software, mesaVersion } = this.profile;
    const programs = this.#recorder.neededPrograms(() => this.scope(() => record()));
    if (programs.length === 0) return;
    const { preparePrograms } = await import('./recording/preparePrograms.ts');
    await this.#failures.wait(
      preparePrograms(programs, {
        ...options,
        kit: compilationKit,
        device: this.#device,
        pipelines: this.#recorder.pipelines,
        compilesWhenRun: software,
        openHelper: mesaVersion > 0 ? this.#options.openHelper : null,
      }),
    );
  }

  /** Whether what is recorded now is not run: `prepare` only looks which kernels it needs. */
  get preparing(): boolean {
    return this.#recorder.onlyListing;
  }

  /** Submits everything recorded, without waiting. */
  flush(): void {
    this.#failures.throwIfLost();
    this.#recorder.flush();
  }

  /** Submits everything recorded and waits until it has run. */
  async idle(): Promise<void> {
    this.flush();
    await this.#failures.wait(this.#device.queue.onSubmittedWorkDone());
    await this.#memory.collectWhenMany();
  }

  /** Submits everything recorded and returns what the array then holds. */
  async read(array: GpuArray): Promise<HostData> {
    this.#failures.throwIfLost();
    const data = await readBack(array, { device: this.#device, recorder: this.#recorder, failures: this.#failures });
    await this.#memory.collectWhenMany();
    return data;
  }

  /** From now on every dispatch is timed, each in a pass of its own. Needs `timestamp-query`. */
  startProfiling(): void {
    this.#recorder.startProfiling();
  }

  /** Ends profiling and returns a row per kernel, slowest first. */
  async stopProfiling(): Promise<ProfileRow[]> {
    const profiler = this.#recorder.stopProfiling();
    await this.idle();
    return profiler.rows();
  }

  /** Destroys buffers that are kept for reuse. */
  trim(): void {
    this.#failures.throwIfLost();
    this.#memory.trim();
  }

  /** Whether the GPU was lost or destroyed: nothing more can be done on it. */
  get failed(): boolean {
    return this.#failures.lost !== null;
  }

  /** Ends the device; every array on it is gone. */
  destroy(): void {
    if (!this.#failures.lose('this device was destroyed by gpu.destroy(). Open a new one with openDevice().')) return;
    this.#recorder.destroy();
    this.#device.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}
