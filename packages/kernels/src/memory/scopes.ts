import type { GpuArray } from './gpuArray.ts';

/** Runs a function whose arrays belong to a scope that was opened before. */
export type WithinScope = <T>(body: () => T) => T;

/** Scopes: sets of arrays that are released together. */
export class Scopes {
  readonly #release: (array: GpuArray) => void;
  /** Scopes open in the running code, innermost last. */
  readonly #stack: Set<GpuArray>[] = [];

  constructor(release: (array: GpuArray) => void) {
    this.#release = release;
  }

  /** The scope that an array allocated now would belong to. */
  get innermost(): Set<GpuArray> | undefined {
    return this.#stack.at(-1);
  }

  run<T>(body: (within: WithinScope) => T): T {
    const scope = new Set<GpuArray>();
    let ended = false;
    const end = () => {
      ended = true;
      for (const array of scope) this.#release(array);
    };
    // A scope that has ended takes no more arrays: nothing would release them.
    const within: WithinScope = (inner) => (ended ? inner() : this.#within(scope, inner));
    let result: T;
    try {
      result = this.#within(scope, () => body(within));
    } catch (error) {
      end();
      throw error;
    }
    if (!isThenable(result)) {
      end();
      return result;
    }
    return Promise.resolve(result).finally(end) as T;
  }

  /**
   * Runs a function and returns the arrays that were allocated in it. They move to the enclosing
   * scope; where there is none, `onLeave` is called for each.
   */
  collect<T>(body: () => T, onLeave: (array: GpuArray) => void): { value: T; arrays: Set<GpuArray> } {
    const arrays = new Set<GpuArray>();
    try {
      return { value: this.#within(arrays, body), arrays };
    } finally {
      const around = this.innermost ?? null;
      for (const array of arrays) {
        array.scope = around;
        if (around) around.add(array);
        else onLeave(array);
      }
    }
  }

  #within<T>(scope: Set<GpuArray>, body: () => T): T {
    this.#stack.push(scope);
    try {
      return body();
    } finally {
      this.#stack.pop();
    }
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
