import type { GpuArray } from '@attune/kernels';
import type { Device } from '../device.ts';

/** A tensor that shares the memory of another, until it is disposed. */
interface View {
  dispose(): void;
}

/**
 * What a stretch of computation left in memory for its backward pass alone: nothing outside can
 * reach it. It goes back as the pass goes through, and what is left of it when all operations of
 * the stretch have run; at once where none is remembered.
 */
export class ResultGroup {
  readonly #device: Device;
  readonly #views = new Set<object & View>();
  #arrays: ReadonlySet<GpuArray> = new Set();
  #open = 0;

  constructor(device: Device) {
    this.#device = device;
  }

  /** Notes an operation of the stretch that has a backward pass. */
  addOperation(): void {
    this.#open += 1;
  }

  /** Notes a result that shares the memory of what it was computed from. */
  addView(view: object & View): void {
    this.#views.add(view);
  }

  /**
   * Ends the stretch.
   *
   * @param arrays what nothing outside can reach
   * @param returned all tensors that something outside can reach
   */
  close(arrays: ReadonlySet<GpuArray>, returned: ReadonlySet<object>): void {
    this.#arrays = arrays;
    for (const view of this.#views) if (returned.has(view)) this.#views.delete(view);
    if (this.#open === 0) this.end();
  }

  /** Gives back what an operation of the stretch computed, which nothing reads any more. */
  release(result: object & View, memory: GpuArray): void {
    if (this.#views.delete(result)) result.dispose();
    else if (this.#arrays.has(memory)) this.#device.release(memory);
  }

  /** Notes that an operation of the stretch has run backwards. */
  operationRan(): void {
    this.#open -= 1;
    if (this.#open === 0) this.end();
  }

  /** Gives back what is left, also of operations that no gradient came to. */
  end(): void {
    for (const view of this.#views) view.dispose();
    for (const array of this.#arrays) this.#device.release(array);
    this.#views.clear();
    this.#arrays = new Set();
  }
}

let current: ResultGroup | null = null;

/** The stretch that is computed now. */
export function currentGroup(): ResultGroup | null {
  return current;
}

/** Runs `body` as the stretch `group`. */
export function inGroup<T>(group: ResultGroup, body: () => T): T {
  const before = current;
  current = group;
  try {
    return body();
  } finally {
    current = before;
  }
}
