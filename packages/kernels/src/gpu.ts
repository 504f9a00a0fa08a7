import { array as anyArray, callable, objectWith, requireArgument } from '@attune/validate';
import type { Failures } from './device/failures.ts';
import { lateVariants } from './device/variantLoaders.ts';
import type { GpuOptions } from './device/gpuOptions.ts';
import type { DeviceInfo, DeviceProfile } from './device/profile.ts';
import type { VariantChoice } from './device/variantChoice.ts';
import type { GPUDevice } from './device/webGpuTypes.ts';
import { KernelArgumentError } from './errors.ts';
import type { ElementType, GpuArray, HostData } from './memory/gpuArray.ts';
import { requireOwn } from './memory/requireArray.ts';
import type { MemoryManager, MemoryReport } from './memory/memoryManager.ts';
import type { WithinScope } from './memory/scopes.ts';
import { clearWords, copyWords } from './recording/copy/index.ts';
import { requireDispatch } from './recording/dispatch.ts';
import type { Dispatch } from './recording/dispatch.ts';
import { compilationKit } from './recording/compilationKit.ts';
import { requirePrepareArguments } from './recording/prepare.ts';
import type { PrepareOptions } from './recording/prepare.ts';
import type { ProfileRow } from './recording/profileRows.ts';
import type { Recorder, RecorderStatistics } from './recording/recorder.ts';

const fromOpenDevice = objectWith('what openDevice() passes: call that instead', { device: 'object' });

/**
 * A GPU: memory, recording and reading back. Kernels record dispatches, which run at `flush()` at
 * the latest; only `read()` and `idle()` wait. Everything runs in the order in which it was
 * recorded.
 *
 * WebGPU reports late that it refused a command. Every wait under way then rejects, or else the
 * next one, and what was to be computed can be neither read nor used; the device itself stays
 * usable. Only on a lost device does everything throw, recording included.
 */
export class Gpu {
  /** Adapter, features and limits, for people. */
  readonly info: DeviceInfo;
  /** What kernels choose their variants by. */
  readonly profile: DeviceProfile;
  /**
   * Variants that kernels do not choose here, by kernel and name: `gemm subgroupMatrix`. `selfTest`
   * adds those that give wrong results on this device.
   */
  readonly disabledVariants = new Set<string>();
  /**
   * The fastest variants by class of products, as `tuneKernels` measured them; empty without
   * tuning.
   */
  tuned: ReadonlyMap<string, VariantChoice> = new Map();
  /**
   * Whether a store past the end of a buffer goes to its last element, where a test can see it,
   * instead of being dropped. For tests of kernels, whose arrays are longer than asked for. Default
   * false.
   */
  clampsStores = false;
  readonly #options: GpuOptions;
  readonly #device: GPUDevice;
  readonly #failures: Failures;
  readonly #recorder: Recorder;
  readonly #memory: MemoryManager;

  /** Called by `openDevice`. */
  constructor(options: GpuOptions) {
    requireArgument('new Gpu', 'options', options, fromOpenDevice, KernelArgumentError);
    const { device, info, profile, memoryBudget, parts } = options;
    const failures = new parts.Failures();
    this.#failures = failures;
    this.#options = options;
    this.#device = device;
    this.info = info;
    this.profile = profile;
    this.#recorder = new parts.Recorder(device, failures);
    this.#memory = new parts.MemoryManager({
      device,
      limits: info.limits,
      budget: memoryBudget,
      recorded: this.#recorder,
      failures,
    });
    failures.listen(device);
  }

  /** Memory in use, its peak, and memory cached for reuse. */
  get memory(): MemoryReport {
    return this.#memory.report;
  }

  /** Numbers of dispatches, bind groups created, submits and pipelines since the start. */
  get statistics(): Readonly<RecorderStatistics> & { readonly pipelines: number } {
    this.#recorder.recordWaiting();
    return { ...this.#recorder.statistics, pipelines: this.#recorder.pipelines.size };
  }

  /** Resets `memory.peakBytes` to what is in use now. */
  resetPeakMemory(): void {
    this.#memory.resetPeak();
  }

  /**
   * Checks that an array of this length could be allocated now, for callers that would compute its
   * content on the host first.
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
   * @param exact whether the buffer is exactly this long, for large arrays that come again with the
   *   same length. Default false: it is up to a fifth longer, so that it can be reused for other
   *   lengths.
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
   * Zeroed arrays of exactly these lengths, one directly after the other in one buffer, so that
   * neighbours can be used as one array. Like persistent arrays they outlive scopes. Each is
   * released by itself; the memory is freed with the last.
   *
   * @throws KernelArgumentError when one would not start at a multiple of 256 bytes
   */
  allocateContiguous(elementType: ElementType, lengths: readonly number[], label: string): GpuArray[] {
    requireArgument('gpu.allocateContiguous', 'lengths', lengths, anyArray, KernelArgumentError);
    return this.#memory.allocateContiguous(elementType, lengths, label);
  }

  /**
   * Copies host data into an array from the pool. The data may be changed as soon as the call
   * returns.
   *
   * @param data its elements have the size of `elementType`; f16 is passed as its bits in a
   *   `Uint16Array`
   * @throws OutOfMemoryError
   */
  upload(data: HostData, elementType: ElementType, label: string): GpuArray {
    return this.#memory.upload(data, elementType, label);
  }

  /**
   * Copies host data into an existing array, ahead of the next submit: commands that are recorded
   * but not submitted may see the new data. Call `flush()` first where they must not.
   *
   * @param offset first element to write; default 0. Halves are written two at a time: from an even
   *   one on, and an even number of them or up to the end of the array.
   */
  write(array: GpuArray, data: HostData, offset = 0): void {
    this.#memory.write(array, data, offset);
  }

  /**
   * Releases an array. Legal right after its last use was recorded; arrays allocated later may get
   * the same memory. Does nothing when the array was released already, by an earlier call or at the
   * end of its scope. Also legal on a lost or destroyed device, and from a finalizer in the middle
   * of other recording.
   */
  release(array: GpuArray): void {
    this.#memory.release(array);
  }

  /**
   * Takes an array out of its scope. The caller releases it; otherwise its memory is freed when the
   * array is garbage collected.
   */
  retain(array: GpuArray): void {
    this.#memory.retain(array);
  }

  /**
   * Runs `body` and then releases every array that was allocated in it and not retained, also when
   * it throws.
   *
   * When `body` returns a promise, its arrays live until that settles. Only arrays allocated before
   * the first `await` belong to the scope: code after an `await` may run between steps of other
   * work, whose arrays must not be released here. Allocate there through `within`:
   *
   *     await gpu.scope(async (within) => {
   *       const first = await gpu.read(work());
   *       const second = within(() => moreWork(first)); // recorded now, released at the end
   *       return gpu.read(second);
   *     });
   *
   * @param body receives `within`, which runs a function in this scope and returns its result
   * @throws KernelArgumentError
   */
  scope<T>(body: (within: WithinScope) => T): T {
    if (typeof body !== 'function') requireArgument('gpu.scope', 'body', body, callable, KernelArgumentError);
    return this.#memory.scope(body);
  }

  /** Whether a scope is open, which will release what is allocated now. */
  get inScope(): boolean {
    return this.#memory.inScope;
  }

  /**
   * Runs `body` and returns, beside its result, which of the arrays allocated in it are still in
   * use, for a caller who decides when to release them. Until then they belong to the enclosing
   * scope, if there is one.
   */
  allocatedIn<T>(body: () => T): { readonly value: T; readonly arrays: Set<GpuArray> } {
    return this.#memory.allocatedIn(body);
  }

  /** Records that every element becomes zero. */
  clear(array: GpuArray): void {
    requireOwn('gpu.clear', array, this.#device);
    this.dispatch(clearWords(this.profile, array));
  }

  /**
   * Records a copy of `source` to the start of `target`. Both have the same element type and lie in
   * different buffers.
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
   * Compiles every kernel that `record` uses, ahead of its first use. Nothing that `record` records
   * is run, and memory that it allocates is released. Costs nothing when no kernel is new.
   *
   * Software adapters compile a kernel when it first runs, so each is run once there, on zeroed
   * memory. Where the driver caches compiled kernels on disk (Mesa), kernels compile in parallel,
   * one on each processor core.
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
        kit: compilationKit(this.#options.parts),
        device: this.#device,
        pipelines: this.#recorder.pipelines,
        compilesWhenRun: software,
        openHelper: mesaVersion > 0 ? this.#options.openHelper : null,
      }),
    );
  }

  /**
   * Whether `prepare` is under way: what is recorded now is not run, only its kernels are listed.
   */
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

  /** Submits everything recorded, waits, and returns the content of the array. */
  async read(array: GpuArray): Promise<HostData> {
    this.#failures.throwIfLost();
    const data = await this.#options.parts.readBack(array, {
      device: this.#device,
      recorder: this.#recorder,
      failures: this.#failures,
    });
    await this.#memory.collectWhenMany();
    return data;
  }

  /**
   * Starts timing every dispatch, each in a pass of its own.
   *
   * @throws GpuError where the adapter lacks `timestamp-query`
   */
  startProfiling(): void {
    this.#recorder.startProfiling();
  }

  /** Stops profiling and returns one row per kernel, the slowest first. */
  async stopProfiling(): Promise<ProfileRow[]> {
    const profiler = this.#recorder.stopProfiling();
    await this.idle();
    return profiler.rows();
  }

  /** Destroys the buffers that are cached for reuse. */
  trim(): void {
    this.#failures.throwIfLost();
    this.#memory.trim();
  }

  /** Whether the device was lost or destroyed, so that nothing more can run on it. */
  get failed(): boolean {
    return this.#failures.lost !== null;
  }

  /** Destroys the device and every array on it. */
  destroy(): void {
    if (!this.#failures.lose('this device was destroyed by gpu.destroy(). Open a new one with openDevice().')) return;
    this.#recorder.destroy();
    this.#device.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}
