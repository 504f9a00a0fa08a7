import { collectGarbage } from '../device/given.ts';
import type { PooledBuffer } from './bufferPool.ts';
import type { ArrayKind, GpuArray } from './gpuArray.ts';

interface Watched {
  readonly storage: PooledBuffer;
  readonly kind: ArrayKind;
  readonly bytes: number;
}

/** At most this many bytes may become unreachable before a collection is requested. */
const leastBytes = 64 * 2 ** 20;

/**
 * Arrays that may never be released explicitly: results outside any scope, weights of a model.
 * Their memory is freed when the garbage collector finds them unreachable.
 *
 * The collector sees a few hundred bytes where an array holds megabytes, and would run much too
 * late. So it is called where the program waits for the GPU anyway, once the watched arrays have
 * grown by half since the last time.
 */
export class UnreachableArrays {
  readonly #registry: FinalizationRegistry<Watched>;
  #bytes = 0;
  #bytesAfterCollection = 0;

  constructor(giveBack: (storage: PooledBuffer, kind: ArrayKind) => void) {
    this.#registry = new FinalizationRegistry(({ storage, kind, bytes }) => {
      this.#bytes -= bytes;
      giveBack(storage, kind);
    });
  }

  watch(array: GpuArray, kind: ArrayKind): void {
    const { storage } = array;
    const bytes = kind === 'contiguous' ? array.byteLength : storage.byteLength;
    array.watched = true;
    this.#bytes += bytes;
    this.#registry.register(array, { storage, kind, bytes }, array);
  }

  unwatch(array: GpuArray): void {
    this.#bytes -= array.kind === 'contiguous' ? array.byteLength : array.storage.byteLength;
    array.watched = false;
    this.#registry.unregister(array);
  }

  /** Calls the garbage collector, where possible, when much memory may have become unreachable. */
  async collectWhenMany(budget: number): Promise<void> {
    const before = this.#bytesAfterCollection;
    const allowed = Math.min(Math.max(leastBytes, before / 2), Math.max(leastBytes / 8, (budget - before) / 2));
    if (this.#bytes - before <= allowed) return;
    await collectGarbage();
    this.#bytesAfterCollection = this.#bytes;
  }
}
