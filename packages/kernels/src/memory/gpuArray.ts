import { shown } from '@attune/validate';
import { KernelArgumentError } from '../errors.ts';
import type { PooledBuffer } from './bufferPool.ts';

/**
 * Element type of an array in GPU memory. `f16` is a storage type: every kernel accumulates in f32.
 */
export type ElementType = 'f32' | 'f16' | 'i32' | 'u32';

export const bytesPerElement: Record<ElementType, number> = { f32: 4, f16: 2, i32: 4, u32: 4 };

/**
 * Host arrays that can be written to GPU memory or read back. f16 is passed as its bits in a
 * `Uint16Array`.
 */
export type HostData = Float32Array | Int32Array | Uint32Array | Uint16Array;

/**
 * Storage buffer bindings start at multiples of this many bytes on every adapter we meet (WebGPU's
 * default and upper bound).
 */
export const viewAlignment = 256;

/** How the memory of an array was allocated, which decides what happens when it is released. */
export type ArrayKind = 'pooled' | 'uploaded' | 'persistent' | 'contiguous';

/**
 * A typed range of GPU memory. It has no shape: kernels take rows and columns as options.
 *
 * Memory is freed when its array is released, at the end of a scope, or when the array is garbage
 * collected. `length` is the number of elements asked for; the buffer behind a pooled array may be
 * longer.
 */
export class GpuArray {
  /** Type of its elements. */
  readonly elementType: ElementType;
  /** Number of elements that were asked for. */
  readonly length: number;
  /** Offset in its buffer, in bytes. */
  readonly byteOffset: number;
  /** Its name in errors. */
  readonly label: string;
  /** The buffer that it lies in. */
  readonly storage: PooledBuffer;
  /** Bytes bound to a shader. */
  readonly bindingSize: number;
  /** What takes the memory back; null for views, and after it was released. */
  owner: object | null = null;
  /** Set by the owner, as are the fields below. */
  kind: ArrayKind | null = null;
  /** The scope at whose end the array is released. */
  scope: Set<GpuArray> | null = null;
  /** Whether the memory is freed when the array is garbage collected. */
  watched = false;
  readonly #isView: boolean;
  /** The arrays whose memory this is a part of; they stay reachable as long as this is. */
  readonly #bases: readonly GpuArray[];
  #released = false;

  constructor(
    storage: PooledBuffer,
    elementType: ElementType,
    length: number,
    label: string,
    byteOffset = 0,
    bases: readonly GpuArray[] = [],
  ) {
    const isView = bases.length > 0;
    if (typeof storage?.byteLength !== 'number')
      throw new KernelArgumentError(
        `new GpuArray: arrays are made by gpu.allocate() and gpu.upload(); got ${shown(storage)}`,
      );
    this.storage = storage;
    this.elementType = elementType;
    this.length = length;
    this.label = label;
    this.byteOffset = byteOffset;
    this.bindingSize = isView ? Math.max(4, Math.ceil(this.byteLength / 4) * 4) : storage.byteLength - byteOffset;
    this.#isView = isView;
    this.#bases = bases;
  }

  /**
   * The key of this range in bind group caches. Whole buffers share one key, whatever the length of
   * the array in them.
   */
  get bindingKey(): string {
    return this.#isView ? `${this.storage.id}+${this.byteOffset}:${this.bindingSize}` : `${this.storage.id}`;
  }

  /** Bytes of the elements that were asked for. */
  get byteLength(): number {
    return this.length * bytesPerElement[this.elementType];
  }

  /** Whether its memory was released. */
  get released(): boolean {
    if (this.#released || this.storage.destroyed) return true;
    for (const base of this.#bases) if (base.released) return true;
    return false;
  }

  /** Called by the device when the memory is released. */
  markReleased(): void {
    this.#released = true;
  }

  /**
   * A part of the same memory. Views are not released themselves: they live as long as their base.
   *
   * @param offset first element; must lie on a multiple of 256 bytes
   * @throws KernelArgumentError when the range is misaligned or too long
   */
  view(offset: number, length: number, label = this.label): GpuArray {
    const start = offset * bytesPerElement[this.elementType];
    if (start % viewAlignment !== 0) {
      throw new KernelArgumentError(
        `view of ${this.label}: it would begin at byte ${start}, and bindings begin at multiples of ${viewAlignment} bytes: ` +
          `element ${offset} of ${this.elementType} is not on one; the next that is on one is ${Math.ceil(start / viewAlignment) * (viewAlignment / bytesPerElement[this.elementType])}. ` +
          'Pad what comes before it, or pass the kernel the whole array and the first element as a parameter.',
      );
    }
    if (offset < 0 || length < 0 || offset + length > this.length) {
      throw new KernelArgumentError(
        `view of ${this.label}: elements ${offset} to ${offset + length} are outside its ${this.length}`,
      );
    }
    return new GpuArray(this.storage, this.elementType, length, label, this.byteOffset + start, [this]);
  }
}

/**
 * The memory that arrays cover together, or null when they do not lie one directly after the other,
 * in this order, in one buffer.
 */
export function joinContiguous(arrays: readonly GpuArray[]): GpuArray | null {
  const [first] = arrays;
  if (!first || arrays.length === 1) return first ?? null;
  const { storage, elementType, byteOffset } = first;
  let length = 0;
  for (const array of arrays) {
    const place = byteOffset + length * bytesPerElement[elementType];
    if (array.storage !== storage || array.elementType !== elementType || array.byteOffset !== place || array.released)
      return null;
    length += array.length;
  }
  return new GpuArray(storage, elementType, length, `${first.label} and ${arrays.length - 1} more`, byteOffset, arrays);
}

/** The memory from the first to the last of some arrays in one buffer, including gaps. */
export function spanOf(arrays: readonly GpuArray[]): GpuArray {
  const [first] = arrays as readonly [GpuArray];
  const { storage, elementType } = first;
  const begin = Math.min(...arrays.map(({ byteOffset }) => byteOffset));
  const end = Math.max(...arrays.map(({ byteOffset, byteLength }) => byteOffset + byteLength));
  return new GpuArray(storage, elementType, (end - begin) / bytesPerElement[elementType], first.label, begin, arrays);
}
