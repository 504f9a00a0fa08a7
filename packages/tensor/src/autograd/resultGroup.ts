import type { GpuArray } from '@attune/kernels';
import type { Device } from '../device.ts';

/**
 * What a stretch of computation left in memory for its backward pass alone: nothing outside can
 * reach it. It goes back as the pass goes through, and what is left of it when all operations of
 * the stretch have run.
 */
export class ResultGroup {
  readonly #device: Device;
  #arrays: ReadonlySet<GpuArray> = new Set();
  #open = 0;

  constructor(device: Device) {
    this.#device = device;
  }

  /** Notes an operation of the stretch. */
  addOperation(): void {
    this.#open += 1;
  }

  /** Ends the stretch. */
  close(arrays: ReadonlySet<GpuArray>): void {
    this.#arrays = arrays;
    if (this.#open === 0) this.#release();
  }

  /** Whether the array is of no use once its operation has run backwards. */
  owns(array: GpuArray): boolean {
    return this.#arrays.has(array);
  }

  /** Notes that an operation of the stretch has run backwards. */
  operationRan(): void {
    this.#open -= 1;
    if (this.#open === 0) this.#release();
  }

  #release(): void {
    for (const array of this.#arrays) this.#device.release(array);
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
