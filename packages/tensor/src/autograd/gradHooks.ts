import { callable, requireArgument } from '@attune/validate';
import { AutogradError } from '../errors.ts';
import { noGrad } from './gradMode.ts';

/** Returned when a hook is registered; removes it. */
export interface HookHandle {
  /** A second call does nothing. */
  remove(): void;
  /** As `remove`, at the end of a block: `using handle = …`. */
  [Symbol.dispose](): void;
}

/**
 * Functions that are called with a gradient as soon as it is complete, in order of registration.
 */
export class GradHooks<Gradient> {
  readonly #hooks = new Set<{ readonly call: (gradient: Gradient) => unknown }>();

  get any(): boolean {
    return this.#hooks.size > 0;
  }

  /** @throws AutogradError when it is not a function */
  add(call: (gradient: Gradient) => unknown): HookHandle {
    requireArgument('registerHook', 'hook', call, callable, AutogradError);
    const entry = { call };
    this.#hooks.add(entry);
    const remove = () => void this.#hooks.delete(entry);
    return { remove, [Symbol.dispose]: remove };
  }

  /**
   * Calls the hooks; a returned gradient replaces the one for the next hook.
   *
   * @param read checks what a hook returned, unless it is nothing
   * @returns the last gradient
   */
  run(gradient: Gradient, read: (returned: unknown) => Gradient): Gradient {
    let current = gradient;
    for (const { call } of this.#hooks) {
      const returned = noGrad(() => call(current));
      if (returned !== undefined && returned !== null) current = read(returned);
    }
    return current;
  }
}
