import type { GPUBuffer, GPUDevice } from '../device/webGpuTypes.ts';

/** A GPU buffer with a number by which bind groups are cached. */
export interface PooledBuffer {
  readonly id: number;
  readonly device: GPUDevice;
  readonly buffer: GPUBuffer;
  readonly byteLength: number;
  /** Number of submits made when the buffer was last released. */
  releasedAt: number;
  /** Number of submits made when a dispatch that writes it was last recorded; -1 before that. */
  writtenAt: number;
  /**
   * Whether its content is still valid after a submit that was to write it was refused: true of
   * weights, not of results.
   */
  keepsContent: boolean;
  /** Whether the GPU had no memory for it, so that it must not be reused. */
  unusable: boolean;
  destroyed: boolean;
}

export interface BufferPoolOptions {
  readonly createBuffer: (byteLength: number, label: string) => PooledBuffer;
}

/**
 * Buffers by size, reused lowest number first: a step that allocates in the same order as the one
 * before gets the same buffers, and so finds every bind group in the cache.
 */
export class BufferPool {
  readonly #free = new Map<number, PooledBuffer[]>();
  readonly #create: BufferPoolOptions['createBuffer'];
  #cachedBytes = 0;

  constructor(options: BufferPoolOptions) {
    this.#create = options.createBuffer;
  }

  /** Bytes of unused buffers. */
  get cachedBytes(): number {
    return this.#cachedBytes;
  }

  /**
   * A buffer of `size` bytes, content undefined.
   *
   * @param size that of a size class, or exact for arrays that come again with the same length
   * @param releasedBefore only take buffers released before this submit, which the host may write
   *   to at once
   */
  take(size: number, label: string, releasedBefore = Infinity): PooledBuffer {
    const free = this.#free.get(size);
    let index = 0;
    const count = free?.length ?? 0;
    while (index < count && ((free as PooledBuffer[])[index] as PooledBuffer).releasedAt >= releasedBefore) index += 1;
    if (!free || index === count) return this.#create(size, label);
    const pooled = (index === 0 ? free.shift() : free.splice(index, 1)[0]) as PooledBuffer;
    this.#cachedBytes -= pooled.byteLength;
    pooled.writtenAt = -1;
    return pooled;
  }

  give(pooled: PooledBuffer): void {
    let free = this.#free.get(pooled.byteLength);
    if (!free) this.#free.set(pooled.byteLength, (free = []));
    let low = 0;
    let high = free.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((free[middle] as PooledBuffer).id < pooled.id) low = middle + 1;
      else high = middle;
    }
    free.splice(low, 0, pooled);
    this.#cachedBytes += pooled.byteLength;
  }

  /** Removes and returns every unused buffer. */
  drain(): PooledBuffer[] {
    const all = [...this.#free.values()].flat();
    this.#free.clear();
    this.#cachedBytes = 0;
    return all;
  }
}
