import type { Failures } from '../device/failures.ts';
import {
  bytesPerElement,
  GpuArray,
  KernelArgumentError,
  OutOfMemoryError,
  ReleasedArrayError,
  requireData,
  requireLength,
  requireOwn,
  requireUsable,
  viewAlignment,
} from '../device/given.ts';
import { BufferPool } from './bufferPool.ts';
import type { PooledBuffer } from './bufferPool.ts';
import { DeviceBuffers } from './deviceBuffers.ts';
import type { ArrayKind, ElementType, HostData } from './gpuArray.ts';
import { Scopes } from './scopes.ts';
import type { WithinScope } from './scopes.ts';
import { sizeClass } from './sizeClass.ts';
import { UnreachableArrays } from './unreachableArrays.ts';
import { writeWords } from './writeWords.ts';
import type { GPUDevice } from '../device/webGpuTypes.ts';

/** GPU memory in bytes. */
export interface MemoryReport {
  /** In use now. */
  readonly liveBytes: number;
  /** Most ever in use at once, since the start or `resetPeakMemory()`. */
  readonly peakBytes: number;
  /** Cached for reuse. */
  readonly cachedBytes: number;
  /** Arrays in use now. */
  readonly liveArrays: number;
}

/** What the memory manager needs from the recorder. */
export interface RecordedWork {
  /** Submits made so far. */
  readonly submits: number;
  flush(): void;
  /**
   * Records the dispatch that waits to be joined, which may use an array that is being released.
   */
  recordWaiting(): void;
  /** Drops cached bind groups, which keep destroyed buffers alive. */
  forgetBindGroups(): void;
}

export interface MemoryManagerOptions {
  readonly device: GPUDevice;
  readonly limits: Readonly<Record<'maxBufferSize' | 'maxStorageBufferBindingSize', number>>;
  /** Bytes that may be in use at once. */
  readonly budget: number;
  readonly recorded: RecordedWork;
  readonly failures: Failures;
}

interface TakeOptions {
  readonly kind: ArrayKind;
  /** Default false: a size class. */
  readonly exact?: boolean;
  readonly releasedBefore?: number;
}

/** The arrays of one device: where their memory comes from, and when it is released. */
export class MemoryManager {
  readonly #options: MemoryManagerOptions;
  /** Of one array on this adapter. */
  readonly #mostBytes: number;
  readonly #buffers: DeviceBuffers;
  readonly #pool: BufferPool;
  readonly #uploadPool: BufferPool;
  readonly #unreachable = new UnreachableArrays((storage, kind) => this.#giveBack(storage, kind));
  readonly #scopes = new Scopes((array) => this.release(array));
  /** How many arrays of each contiguous group are still in use. */
  readonly #groups = new Map<PooledBuffer, number>();
  #liveArrays = 0;
  #liveBytes = 0;
  #peakBytes = 0;

  constructor(options: MemoryManagerOptions) {
    this.#options = options;
    this.#mostBytes = Math.min(options.limits.maxBufferSize, options.limits.maxStorageBufferBindingSize);
    this.#buffers = new DeviceBuffers(options.device, options.failures);
    const createBuffer = (byteLength: number, label: string) => this.#buffers.create(byteLength, label);
    this.#pool = new BufferPool({ createBuffer });
    this.#uploadPool = new BufferPool({ createBuffer });
  }

  get report(): MemoryReport {
    return {
      liveBytes: this.#liveBytes,
      peakBytes: this.#peakBytes,
      cachedBytes: this.#cachedBytes,
      liveArrays: this.#liveArrays,
    };
  }

  get #cachedBytes(): number {
    return this.#pool.cachedBytes + this.#uploadPool.cachedBytes;
  }

  resetPeak(): void {
    this.#peakBytes = this.#liveBytes;
  }

  requireRoom(elementType: ElementType, length: number, label: string): void {
    requireLength('gpu.requireRoom', elementType, length, label);
    this.#reserve(length * bytesPerElement[elementType], label);
  }

  allocate(elementType: ElementType, length: number, label: string, exact: boolean): GpuArray {
    requireLength('gpu.allocate', elementType, length, label);
    return this.#take(this.#pool, elementType, length, label, { kind: 'pooled', exact });
  }

  allocatePersistent(elementType: ElementType, length: number, label: string): GpuArray {
    requireLength('gpu.allocatePersistent', elementType, length, label);
    const storage = this.#createExact(length * bytesPerElement[elementType], label);
    const array = new GpuArray(storage, elementType, length, label);
    this.#own(array, 'persistent');
    return array;
  }

  allocateContiguous(elementType: ElementType, lengths: readonly number[], label: string): GpuArray[] {
    for (const length of lengths) requireLength('gpu.allocateContiguous', elementType, length, label);
    const bytes = bytesPerElement[elementType];
    const offsets: number[] = [];
    let total = 0;
    for (const length of lengths) {
      if ((total * bytes) % viewAlignment !== 0)
        throw new KernelArgumentError(
          `contiguous arrays ${label}: array ${offsets.length} would begin at ${total * bytes}, which is not a multiple of ${viewAlignment} bytes`,
        );
      offsets.push(total);
      total += length;
    }
    const storage = this.#createExact(total * bytes, label);
    const whole = new GpuArray(storage, elementType, total, label);
    const arrays = lengths.map((length, index) => whole.view(offsets[index] as number, length, `${label}, ${index}`));
    this.#groups.set(storage, arrays.length);
    for (const array of arrays) this.#own(array, 'contiguous');
    return arrays;
  }

  upload(data: HostData, elementType: ElementType, label: string): GpuArray {
    requireData('gpu.upload', elementType, data);
    requireLength('gpu.upload', elementType, data.length, label);
    const { submits } = this.#options.recorded;
    const options = { kind: 'uploaded', releasedBefore: submits } as const;
    const array = this.#take(this.#uploadPool, elementType, data.length, label, options);
    writeWords(this.#options.device, array, data, 0);
    return array;
  }

  write(array: GpuArray, data: HostData, offset: number): void {
    this.#options.failures.throwIfLost();
    requireUsable('gpu.write', array, this.#options.device);
    requireData('gpu.write', array.elementType, data);
    writeWords(this.#options.device, array, data, offset);
  }

  release(array: GpuArray): void {
    requireOwn('gpu.release', array, this.#options.device);
    const { kind, owner } = array;
    if (!kind || owner !== this) {
      if (array.released) return;
      throw new ReleasedArrayError(
        `gpu.release: array ${array.label} is part of another array, and is released with it`,
      );
    }
    this.#options.recorded.recordWaiting();
    array.owner = null;
    if (array.watched) this.#unreachable.unwatch(array);
    array.scope?.delete(array);
    array.scope = null;
    array.markReleased();
    this.#giveBack(array.storage, kind);
  }

  retain(array: GpuArray): void {
    requireOwn('gpu.retain', array, this.#options.device);
    array.scope?.delete(array);
    array.scope = null;
    if (array.kind && !array.watched && array.owner === this) this.#unreachable.watch(array, array.kind);
  }

  scope<T>(body: (within: WithinScope) => T): T {
    return this.#scopes.run(body);
  }

  get inScope(): boolean {
    return this.#scopes.innermost !== undefined;
  }

  allocatedIn<T>(body: () => T): { readonly value: T; readonly arrays: Set<GpuArray> } {
    return this.#scopes.collect(body, (array) => this.retain(array));
  }

  trim(): void {
    const idle = [...this.#pool.drain(), ...this.#uploadPool.drain()];
    if (idle.length > 0) this.#destroyAfterUse(idle);
  }

  /** Called where the program waits for the GPU: collects arrays that are unreachable. */
  collectWhenMany(): Promise<void> {
    return this.#unreachable.collectWhenMany(this.#options.budget);
  }

  #take(
    pool: BufferPool,
    elementType: ElementType,
    length: number,
    label: string,
    { kind, exact = false, releasedBefore }: TakeOptions,
  ): GpuArray {
    const size = this.#bytesToTake(Math.max(4, length * bytesPerElement[elementType]), exact);
    this.#reserve(size, label);
    const array = new GpuArray(pool.take(size, label, releasedBefore), elementType, length, label);
    this.#addLive(array.storage.byteLength);
    this.#own(array, kind);
    return array;
  }

  /** A size class, unless `exact` is asked for, or the adapter or the budget has less. */
  #bytesToTake(byteLength: number, exact: boolean): number {
    const rounded = exact ? Infinity : sizeClass(byteLength);
    const fits = rounded <= this.#mostBytes && rounded <= this.#options.budget - this.#liveBytes;
    return fits ? rounded : Math.ceil(byteLength / 4) * 4;
  }

  #createExact(byteLength: number, label: string): PooledBuffer {
    const rounded = Math.max(4, Math.ceil(byteLength / 4) * 4);
    this.#reserve(rounded, label);
    const storage = this.#buffers.create(rounded, label);
    storage.keepsContent = true;
    this.#addLive(rounded);
    return storage;
  }

  #own(array: GpuArray, kind: ArrayKind): void {
    array.kind = kind;
    array.owner = this;
    this.#liveArrays += 1;
    const scope = kind === 'persistent' || kind === 'contiguous' ? undefined : this.#scopes.innermost;
    if (scope) {
      scope.add(array);
      array.scope = scope;
    } else {
      this.#unreachable.watch(array, kind);
    }
  }

  /**
   * Takes back the memory of an array that was released or garbage collected. The latter may happen
   * at any time: in the middle of recording, or long after the device is gone.
   */
  #giveBack(storage: PooledBuffer, kind: ArrayKind): void {
    this.#liveArrays -= 1;
    if (kind === 'contiguous') {
      const left = (this.#groups.get(storage) as number) - 1;
      this.#groups.set(storage, left);
      if (left > 0) return;
      this.#groups.delete(storage);
    }
    this.#liveBytes -= storage.byteLength;
    storage.releasedAt = this.#options.recorded.submits;
    if (kind === 'persistent' || kind === 'contiguous' || storage.unusable) this.#destroyAfterUse([storage]);
    else if (kind === 'pooled') this.#pool.give(storage);
    else this.#uploadPool.give(storage);
  }

  #addLive(byteLength: number): void {
    this.#liveBytes += byteLength;
    this.#peakBytes = Math.max(this.#peakBytes, this.#liveBytes);
  }

  #reserve(byteLength: number, label: string): void {
    const { limits, budget, failures } = this.#options;
    failures.throwIfLost();
    const limit =
      limits.maxBufferSize < limits.maxStorageBufferBindingSize ? 'maxBufferSize' : 'maxStorageBufferBindingSize';
    const missing = { requestedBytes: byteLength, label };
    if (byteLength > limits[limit]) {
      throw new OutOfMemoryError(
        `array ${label} needs ${byteLength} bytes; this adapter takes at most ${limits[limit]} bytes in one array (${limit})`,
        { ...missing, limit, limitBytes: limits[limit] },
      );
    }
    if (this.#liveBytes + byteLength > budget) {
      throw new OutOfMemoryError(
        `array ${label} needs ${byteLength} bytes; ${this.#liveBytes} of the budget of ${budget} bytes are in use. ` +
          'Use smaller batches or shorter sequences, or raise memoryBudget.',
        { ...missing, limit: 'memoryBudget', limitBytes: budget },
      );
    }
    if (this.#liveBytes + this.#cachedBytes + byteLength > budget) this.trim();
  }

  #destroyAfterUse(buffers: readonly PooledBuffer[]): void {
    const { recorded, failures } = this.#options;
    // Destroying a buffer invalidates every command that uses it, so recorded commands are
    // submitted first.
    if (!failures.lost) recorded.flush();
    recorded.forgetBindGroups();
    for (const storage of buffers) this.#buffers.destroy(storage);
  }
}
