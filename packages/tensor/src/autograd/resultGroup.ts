import type { GpuArray } from '@attune/kernels';
import type { Device } from '../device.ts';

/** A tensor that shares the memory of another, until it is disposed. */
interface View {
  dispose(): void;
}

/**
 * Arrays of a computation that only its backward pass reads, as nothing outside can reach them.
 * They are released during the backward pass, the rest when all operations of the computation have
 * run; at once where none is recorded.
 */
export class ResultGroup {
  readonly #device: Device;
  readonly #views = new Set<object & View>();
  #arrays: ReadonlySet<GpuArray> = new Set();
  #open = 0;

  constructor(device: Device) {
    this.#device = device;
  }

  /** Adds an operation that has a backward pass. */
  addOperation(): void {
    this.#open += 1;
  }

  /** Adds a result that shares the memory of its input. */
  addView(view: object & View): void {
    this.#views.add(view);
  }

  /**
   * Ends the computation.
   *
   * @param arrays arrays that nothing outside can reach
   * @param returned the tensors that are reachable from outside
   */
  close(arrays: ReadonlySet<GpuArray>, returned: ReadonlySet<object>): void {
    this.#arrays = arrays;
    for (const view of this.#views) if (returned.has(view)) this.#views.delete(view);
    if (this.#open === 0) this.end();
  }

  /** Releases the result of an operation, which nothing reads any more. */
  release(result: object & View, memory: GpuArray): void {
    if (this.#views.delete(result)) result.dispose();
    else if (this.#arrays.has(memory)) this.#device.release(memory);
  }

  /** Notes that the backward of an operation has run. */
  operationRan(): void {
    this.#open -= 1;
    if (this.#open === 0) this.end();
  }

  /** Releases the rest, including results of operations that received no gradient. */
  end(): void {
    for (const view of this.#views) view.dispose();
    for (const array of this.#arrays) this.#device.release(array);
    this.#views.clear();
    this.#arrays = new Set();
  }
}

let current: ResultGroup | null = null;

/** The group of the computation under way. */
export function currentGroup(): ResultGroup | null {
  return current;
}

/** Runs `body` as the computation of `group`. */
export function inGroup<T>(group: ResultGroup, body: () => T): T {
  const before = current;
  current = group;
  try {
    return body();
  } finally {
    current = before;
  }
}
