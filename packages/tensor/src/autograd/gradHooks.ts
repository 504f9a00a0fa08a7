import { callable, requireArgument, shown } from '@attune/validate';
import { AutogradError } from '../errors.ts';
import { noGrad } from './gradMode.ts';

/** What registering a hook returns: takes the hook away again. */
export interface HookHandle {
  /** A second call does nothing. */
  remove(): void;
  /** As `remove`, at the end of a block: `using handle = …`. */
  [Symbol.dispose](): void;
}

/** Functions that see a gradient as soon as it is whole, in the order in which they came. */
export class GradHooks<Gradient> {
  readonly #hooks = new Set<{ readonly call: (gradient: Gradient) => unknown }>();

  get any(): boolean {
    return this.#hooks.size > 0;
  }

  /** @throws AutogradError when this is no function */
  add(call: (gradient: Gradient) => unknown): HookHandle {
    requireArgument('registerHook', 'hook', call, callable, AutogradError);
    const entry = { call };
    this.#hooks.add(entry);
    const remove = () => void this.#hooks.delete(entry);
    return { remove, [Symbol.dispose]: remove };
  }

  /**
   * Calls the hooks; what one returns is the next one's gradient.
   *
   * @param fits whether a returned value can be the gradient
   * @returns the last gradient
   * @throws AutogradError for what is neither a gradient nor undefined or null
   */
  run(gradient: Gradient, fits: (value: unknown) => value is Gradient, expected: string): Gradient {
    let current = gradient;
    for (const { call } of this.#hooks) {
      const returned = noGrad(() => call(current));
      if (returned === undefined || returned === null) continue;
      if (!fits(returned))
        throw new AutogradError(
          `a hook of registerHook returned ${shown(returned)}; it must be nothing or ${expected}`,
        );
      current = returned;
    }
    return current;
  }
}
