import { waitForGpu } from '#platform';
import type { DeviceInfo, DeviceProfile } from './device/profile.ts';
import type { VariantChoice } from './device/variantChoice.ts';
import {
  DeviceLostError,
  GpuError,
  GpuValidationError,
  KernelArgumentError,
  OutOfMemoryError,
  ReleasedArrayError,
} from './errors.ts';
import { bytesPerElement, GpuArray, viewAlignment } from './memory/gpuArray.ts';
import type { ArrayKind, ElementType, HostData } from './memory/gpuArray.ts';
import { UnreachableArrays } from './memory/unreachableArrays.ts';
import { BufferPool } from './memory/bufferPool.ts';
import type { PooledBuffer } from './memory/bufferPool.ts';
import { bufferUsage } from './memory/bufferUsage.ts';
import { sizeClass } from './memory/sizeClass.ts';
import { clearWords, copyWords } from './kernels/copy/index.ts';
import type { Dispatch } from './recording/dispatch.ts';
import { Profiler } from './recording/profiler.ts';
import type { ProfileRow } from './recording/profiler.ts';
import { Recorder } from './recording/recorder.ts';
import type { NeededProgram, RecorderStatistics } from './recording/recorder.ts';

export interface GpuOptions {
  readonly device: GPUDevice;
  /**
   * The object that the device came from, kept alive with it: Dawn crashes when it is collected
   * first.
   */
  readonly webgpu: GPU;
  readonly info: DeviceInfo;
  readonly profile: DeviceProfile;
  /** Bytes that may be in use at once. */
  readonly memoryBudget: number;
}

/** GPU memory in bytes. */
export interface MemoryReport {
  /** In use now. */
  readonly liveBytes: number;
  /** Most ever in use at once, since the start or `resetPeakMemory()`. */
  readonly peakBytes: number;
  /** Kept for later use, used by nobody now. */
  readonly cachedBytes: number;
  /** Arrays in use now. */
  readonly liveArrays: number;
}

/** Room for what a kernel touches when all its sizes are 0. */
const scratchWords = 16384;

/**
 * A GPU: memory, recording and reading back. Kernels record dispatches; nothing runs before
 * `flush()`, and nothing waits but `read()` and `idle()`. Everything runs in the order in which it
 * was recorded.
 *
 * GPU failures arrive late: the first one is kept and thrown by the next call.
 */
export class Gpu {
  readonly info: DeviceInfo;
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
  readonly #device: GPUDevice;
  readonly #keptAlive: GPU;
  readonly #memoryBudget: number;
  readonly #recorder: Recorder;
  readonly #pool: BufferPool;
  readonly #uploadPool: BufferPool;
  readonly #unreachable = new UnreachableArrays((storage, kind) => this.#giveBack(storage, kind));
  /** How many arrays of each row are still in use. */
  readonly #rows = new Map<PooledBuffer, number>();
  readonly #scopes: Set<GpuArray>[] = [];
  #bufferCount = 0;
  #liveArrays = 0;
  #liveBytes = 0;
  #peakBytes = 0;
  #failure: GpuError | null = null;
  #profiler: Profiler | null = null;
  #destroyed = false;

  constructor(options: GpuOptions) {
    this.#device = options.device;
    this.#keptAlive = options.webgpu;
    this.info = options.info;
    this.profile = options.profile;
    this.#memoryBudget = options.memoryBudget;
    this.#recorder = new Recorder(options.device, (message) => {
      // The cause: what was reported before it are only commands that could not use the pipeline.
      this.#failure = new GpuValidationError(message);
    });
    const createBuffer = (byteLength: number, label: string) => this.#createBuffer(byteLength, label);
    this.#pool = new BufferPool({ createBuffer });
    this.#uploadPool = new BufferPool({ createBuffer });
    options.device.addEventListener('uncapturederror', (event) => {
      event.preventDefault();
      const { error } = event as GPUUncapturedErrorEvent;
      const outOfMemory = error.constructor.name === 'GPUOutOfMemoryError';
      this.#fail(outOfMemory ? new OutOfMemoryError(error.message) : new GpuValidationError(error.message));
    });
    void options.device.lost.then(({ reason, message }) => {
      if (!this.#destroyed) this.#fail(new DeviceLostError(`the GPU was lost (${reason}): ${message}`));
    });
  }

  /** Memory in use, at its peak, and kept for reuse. */
  get memory(): MemoryReport {
    return {
      liveBytes: this.#liveBytes,
      peakBytes: this.#peakBytes,
      cachedBytes: this.#pool.cachedBytes + this.#uploadPool.cachedBytes,
      liveArrays: this.#liveArrays,
    };
  }

  /** Dispatches, bind groups made and submits since the start. */
  get statistics(): Readonly<RecorderStatistics> & { readonly pipelines: number } {
    return { ...this.#recorder.statistics, pipelines: this.#recorder.pipelineCount };
  }

  resetPeakMemory(): void {
    this.#peakBytes = this.#liveBytes;
  }

  /**
   * An array from the pool. Its content is undefined. It belongs to the innermost `scope`, or to
   * the caller outside any scope.
   *
   * @throws OutOfMemoryError
   */
  allocate(elementType: ElementType, length: number, label: string): GpuArray {
    return this.#take(this.#pool, elementType, length, label, 'pooled', Infinity);
  }

  /**
   * A zeroed array of exactly this size that outlives scopes: parameters, optimizer state. Given
   * back by `release`.
   */
  allocatePersistent(elementType: ElementType, length: number, label: string): GpuArray {
    this.throwIfFailed();
    const byteLength = Math.max(4, Math.ceil((length * bytesPerElement[elementType]) / 4) * 4);
    this.#reserve(byteLength, label);
    const array = new GpuArray(this.#createBuffer(byteLength, label), elementType, length, label);
    this.#own(array, 'persistent');
    this.#addLive(byteLength);
    return array;
  }

  /**
   * Zeroed arrays of exactly these lengths, one directly behind the other in one buffer, such that
   * `joinContiguous` makes one array of neighbours. Like persistent ones they outlive scopes;
   * `release` gives back each by itself, and the memory goes with the last.
   *
   * @throws KernelArgumentError when one would not begin at a multiple of 256 bytes
   */
  allocateContiguous(elementType: ElementType, lengths: readonly number[], label: string): GpuArray[] {
    this.throwIfFailed();
    const bytes = bytesPerElement[elementType];
    const offsets: number[] = [];
    let total = 0;
    for (const length of lengths) {
      if ((total * bytes) % viewAlignment !== 0)
        throw new KernelArgumentError(
          `row ${label}: array ${offsets.length} would begin at ${total * bytes}, which is not a multiple of ${viewAlignment} bytes`,
        );
      offsets.push(total);
      total += length;
    }
    const byteLength = Math.max(4, Math.ceil((total * bytes) / 4) * 4);
    this.#reserve(byteLength, label);
    const whole = new GpuArray(this.#createBuffer(byteLength, label), elementType, total, label);
    const arrays = lengths.map((length, index) => whole.view(offsets[index] as number, length, `${label}, ${index}`));
    this.#rows.set(whole.storage, arrays.length);
    for (const array of arrays) this.#own(array, 'contiguous');
    this.#addLive(byteLength);
    return arrays;
  }

  /**
   * Copies host data into an array from the pool. The data may be changed as soon as the call
   * returns.
   */
  upload(data: HostData, elementType: ElementType, label: string): GpuArray {
    const array = this.#take(
      this.#uploadPool,
      elementType,
      data.length,
      label,
      'uploaded',
      this.#recorder.statistics.submits,
    );
    this.#writeBuffer(array, data, 0);
    return array;
  }

  /**
   * Copies host data into an array that already exists, before the next submit: commands that are
   * recorded but not yet submitted see the new data too.
   *
   * @param offset first element written
   */
  write(array: GpuArray, data: HostData, offset = 0): void {
    this.throwIfFailed();
    if (array.released) throw new ReleasedArrayError(`write: array ${array.label} was released before this use`);
    this.#writeBuffer(array, data, offset);
  }

  /**
   * Gives an array back. Legal right after its last use was recorded; whatever is recorded later
   * may get the same memory.
   */
  release(array: GpuArray): void {
    const { kind } = array;
    if (!kind || array.owner !== this) {
      if (array.released) return;
      throw new ReleasedArrayError(`release: array ${array.label} is a view or belongs to another device`);
    }
    array.owner = null;
    if (array.watched) this.#unreachable.unwatch(array);
    for (const scope of this.#scopes) scope.delete(array);
    array.markReleased();
    this.#giveBack(array.storage, kind);
  }

  /**
   * Takes an array out of its scope: from now on the caller releases it, or nobody, and then it goes
   * back when nothing reaches it any more.
   */
  retain(array: GpuArray): void {
    for (const scope of this.#scopes) scope.delete(array);
    if (array.kind && !array.watched && array.owner === this) this.#unreachable.watch(array, array.kind);
  }

  /**
   * Runs `body`; every array allocated in it and not retained is released at its end, also when it
   * throws.
   */
  scope<T>(body: () => T): T {
    const scope = new Set<GpuArray>();
    this.#scopes.push(scope);
    try {
      return body();
    } finally {
      this.#scopes.splice(this.#scopes.indexOf(scope), 1);
      for (const array of scope) this.release(array);
    }
  }

  /** Whether a scope is open: what is allocated now goes back at its end. */
  get inScope(): boolean {
    return this.#scopes.length > 0;
  }

  /**
   * Runs `body` and tells which of the arrays that were allocated in it are still in use, for a
   * caller who knows when they may go back. Until then they are as those outside any scope.
   */
  allocatedIn<T>(body: () => T): { readonly value: T; readonly arrays: Set<GpuArray> } {
    const arrays = new Set<GpuArray>();
    this.#scopes.push(arrays);
    try {
      return { value: body(), arrays };
    } finally {
      this.#scopes.splice(this.#scopes.indexOf(arrays), 1);
      for (const array of arrays) this.retain(array);
    }
  }

  /** Records: every element becomes zero. */
  clear(array: GpuArray): void {
    this.dispatch(clearWords(this.profile, array));
  }

  /**
   * Records: the elements of `source` are copied to the start of `target`. Both have the same
   * element type, in different buffers.
   */
  copy(source: GpuArray, target: GpuArray): void {
    this.dispatch(copyWords(this.profile, source, target));
  }

  /** Records one dispatch of a kernel. */
  dispatch(dispatch: Dispatch): void {
    if (this.#failure) this.throwIfFailed();
    this.#recorder.dispatch(dispatch);
  }

  /**
   * Compiles every kernel that `record` would use, ahead of its first use. Nothing of what `record`
   * records is run; memory allocated in it is given back. Software adapters compile a kernel when
   * it first runs, so there each runs once, on scratch memory and with all sizes 0.
   *
   * @param onProgress told how many of how many new kernels are ready
   * @throws GpuValidationError naming a kernel that does not compile
   */
  async prepare(record: () => void, onProgress: (done: number, total: number) => void = () => {}): Promise<void> {
    this.flush();
    const needed = this.#recorder.neededPrograms(() => this.scope(record));
    let done = 0;
    const advance = () => onProgress((done += 1), needed.length);
    if (this.info.software) {
      for (const program of needed) {
        await this.#runOnce(program);
        advance();
      }
    } else {
      await waitForGpu(Promise.allSettled(needed.map((program) => this.#recorder.prepare(program).then(advance))));
    }
    this.throwIfFailed();
  }

  /** Whether what is recorded now is not run: `prepare` only looks which kernels it needs. */
  get preparing(): boolean {
    return this.#recorder.onlyListing;
  }

  /** Submits everything recorded, without waiting. */
  flush(): void {
    this.throwIfFailed();
    this.#recorder.flush();
  }

  /** Submits everything recorded and waits until it has run. */
  async idle(): Promise<void> {
    this.flush();
    await waitForGpu(this.#device.queue.onSubmittedWorkDone());
    await this.#unreachable.collectWhenMany(this.#memoryBudget);
    this.throwIfFailed();
  }

  /** Submits everything recorded and returns what the array then holds. */
  async read(array: GpuArray): Promise<HostData> {
    this.throwIfFailed();
    if (array.released) throw new ReleasedArrayError(`read: array ${array.label} was released before this use`);
    const { elementType, length } = array;
    if (length === 0) return hostArray(elementType, new ArrayBuffer(0), 0);
    const size = Math.ceil(array.byteLength / 4) * 4;
    const staging = this.#device.createBuffer({
      label: `reading ${array.label}`,
      size,
      usage: bufferUsage.mapRead | bufferUsage.copyTarget,
    });
    this.#recorder.encode((encoder) =>
      encoder.copyBufferToBuffer(array.storage.buffer, array.byteOffset, staging, 0, size),
    );
    this.flush();
    try {
      await waitForGpu(staging.mapAsync(1));
      await this.#unreachable.collectWhenMany(this.#memoryBudget);
      return hostArray(elementType, staging.getMappedRange().slice(0), length);
    } catch (cause) {
      this.throwIfFailed();
      throw new GpuError(`reading ${array.label} failed: ${(cause as Error).message}`, { cause });
    } finally {
      staging.destroy();
    }
  }

  /**
   * From now on every dispatch runs in a pass of its own and is timed. Needs the feature
   * `timestamp-query`.
   */
  startProfiling(): void {
    if (!this.#device.features.has('timestamp-query'))
      throw new GpuError('profiling needs the adapter feature timestamp-query, which this adapter lacks');
    this.#profiler = new Profiler(this.#device);
    this.#recorder.profiler = this.#profiler;
  }

  /** Ends profiling and returns a row per kernel, slowest first. */
  async stopProfiling(): Promise<ProfileRow[]> {
    const profiler = this.#profiler;
    if (!profiler) throw new GpuError('stopProfiling: profiling was not started');
    await this.idle();
    this.#recorder.profiler = null;
    this.#profiler = null;
    return profiler.rows();
  }

  /** Destroys buffers that are kept for reuse. */
  trim(): void {
    const idle = [...this.#pool.drain(), ...this.#uploadPool.drain()];
    if (idle.length === 0) return;
    this.flush();
    this.#recorder.forgetBindGroups();
    for (const storage of idle) this.#destroyBuffer(storage);
  }

  /**
   * Whether the GPU reported a failure, was lost or was destroyed: nothing more can be done on it.
   */
  get failed(): boolean {
    return this.#failure !== null || this.#destroyed;
  }

  /** Throws the first failure that the GPU reported since it was opened, if there is one. */
  throwIfFailed(): void {
    if (this.#failure) throw this.#failure;
    if (this.#destroyed) throw new DeviceLostError('this device was destroyed');
  }

  /** Ends the device; every array on it is gone. */
  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#recorder.destroy();
    this.#device.destroy();
    void this.#keptAlive;
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  async #runOnce({ program, reads, writes }: NeededProgram): Promise<void> {
    const words = Math.min(scratchWords, Math.floor(this.info.limits.maxStorageBufferBindingSize / 4));
    const scratch = Array.from({ length: reads + writes }, (_, index) =>
      this.allocate('u32', words, `scratch ${index}`),
    );
    for (const array of scratch) this.retain(array);
    this.dispatch({ program, reads: scratch.slice(0, reads), writes: scratch.slice(reads), workgroups: [1, 1, 1] });
    for (const array of scratch) this.release(array);
    await this.idle();
  }

  #fail(error: GpuError): void {
    this.#failure ??= error;
  }

  #take(
    pool: BufferPool,
    elementType: ElementType,
    length: number,
    label: string,
    kind: ArrayKind,
    releasedBefore: number,
  ): GpuArray {
    if (this.#failure) this.throwIfFailed();
    const byteLength = Math.max(4, length * bytesPerElement[elementType]);
    this.#reserve(sizeClass(byteLength), label);
    const array = new GpuArray(pool.take(byteLength, label, releasedBefore), elementType, length, label);
    this.#own(array, kind);
    this.#addLive(array.storage.byteLength);
    return array;
  }

  #own(array: GpuArray, kind: ArrayKind): void {
    array.kind = kind;
    array.owner = this;
    this.#liveArrays += 1;
    const scope = kind === 'persistent' || kind === 'contiguous' ? undefined : this.#scopes.at(-1);
    if (scope) scope.add(array);
    else this.#unreachable.watch(array, kind);
  }

  /** The memory of an array that was released, or that nothing reaches any more. */
  #giveBack(storage: PooledBuffer, kind: ArrayKind): void {
    this.#liveArrays -= 1;
    if (kind === 'contiguous') {
      const left = (this.#rows.get(storage) as number) - 1;
      this.#rows.set(storage, left);
      if (left > 0) return;
      this.#rows.delete(storage);
    }
    this.#liveBytes -= storage.byteLength;
    storage.releasedAt = this.#recorder.statistics.submits;
    if (kind === 'pooled') this.#pool.give(storage);
    else if (kind === 'uploaded') this.#uploadPool.give(storage);
    else this.#destroyAfterUse(storage);
  }

  #addLive(byteLength: number): void {
    this.#liveBytes += byteLength;
    this.#peakBytes = Math.max(this.#peakBytes, this.#liveBytes);
  }

  #reserve(byteLength: number, label: string): void {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.info.limits;
    const largest = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    if (byteLength > largest) {
      throw new OutOfMemoryError(
        `array ${label} needs ${byteLength} bytes; this adapter takes at most ${largest} bytes in one array`,
      );
    }
    if (this.#liveBytes + byteLength > this.#memoryBudget) {
      throw new OutOfMemoryError(
        `array ${label} needs ${byteLength} bytes; ${this.#liveBytes} of the budget of ${this.#memoryBudget} bytes are in use. ` +
          'Use smaller batches or shorter sequences, or raise memoryBudget.',
      );
    }
    if (this.#liveBytes + this.memory.cachedBytes + byteLength > this.#memoryBudget) this.trim();
  }

  #createBuffer(byteLength: number, label: string): PooledBuffer {
    this.#device.pushErrorScope('out-of-memory');
    const buffer = this.#device.createBuffer({
      label: `${label} #${this.#bufferCount}`,
      size: byteLength,
      usage: bufferUsage.storage | bufferUsage.copySource | bufferUsage.copyTarget,
    });
    void this.#device.popErrorScope().then(
      (error) =>
        error &&
        this.#fail(
          new OutOfMemoryError(
            `the GPU has no room for ${label}, ${byteLength} bytes (${this.#liveBytes} in use): ${error.message}`,
          ),
        ),
      () => {},
    );
    return { id: this.#bufferCount++, buffer, byteLength, releasedAt: -1, destroyed: false };
  }

  #destroyAfterUse(storage: PooledBuffer): void {
    // A destroyed buffer voids every command that still uses it, so what is recorded goes first.
    if (!this.#failure && !this.#destroyed) this.flush();
    this.#recorder.forgetBindGroups();
    this.#destroyBuffer(storage);
  }

  #destroyBuffer(storage: PooledBuffer): void {
    storage.destroyed = true;
    storage.buffer.destroy();
  }

  #writeBuffer(array: GpuArray, data: HostData, offset: number): void {
    if (data.byteLength === 0) return;
    const bytes = bytesPerElement[array.elementType];
    if (data.BYTES_PER_ELEMENT !== bytes || offset + data.length > array.length) {
      throw new GpuError(
        `writing ${array.label}: ${data.length} elements of ${data.BYTES_PER_ELEMENT} bytes at ${offset} do not fit ${array.length} of ${array.elementType}`,
      );
    }
    const byteOffset = array.byteOffset + offset * bytes;
    if (data.byteLength % 4 === 0) {
      this.#device.queue.writeBuffer(
        array.storage.buffer,
        byteOffset,
        data.buffer as ArrayBuffer,
        data.byteOffset,
        data.byteLength,
      );
    } else {
      const padded = new Uint16Array(data.length + 1);
      padded.set(data);
      this.#device.queue.writeBuffer(array.storage.buffer, byteOffset, padded);
    }
  }
}

function hostArray(elementType: ElementType, buffer: ArrayBuffer, length: number): HostData {
  if (elementType === 'f32') return new Float32Array(buffer, 0, length);
  if (elementType === 'i32') return new Int32Array(buffer, 0, length);
  if (elementType === 'u32') return new Uint32Array(buffer, 0, length);
  return new Uint16Array(buffer, 0, length);
}
