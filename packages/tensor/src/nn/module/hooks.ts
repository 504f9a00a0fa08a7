import { callable, requireArgument, shown } from '@attune/validate';
import type { HookHandle } from '../../autograd/gradHooks.ts';
import { TensorError } from '../../errors.ts';

/** The arguments of a module's `forward`. */
export type ForwardArguments<M> = M extends { forward(...values: infer Values): unknown } ? Values : readonly unknown[];

/** What a module's `forward` returns. */
export type ForwardOutput<M> = M extends { forward(...values: never): infer Output } ? Output : unknown;

/**
 * Called before `forward`; a returned value, an array of arguments or a single one, replaces the
 * arguments.
 */
export type ForwardPreHook<M> = (module: M, values: ForwardArguments<M>) => unknown;

/** Called after `forward`; a returned value replaces the output. */
export type ForwardHook<M> = (
  module: M,
  values: ForwardArguments<M>,
  output: ForwardOutput<M>,
) => ForwardOutput<M> | void;

type Forward = (...values: unknown[]) => unknown;
type Hook = (module: object, values: readonly unknown[], output?: unknown) => unknown;

/** The hooks of one module. While there are any, they wrap its `forward`. */
class Hooks {
  readonly before = new Set<{ readonly hook: Hook }>();
  readonly after = new Set<{ readonly hook: Hook }>();
  readonly #module: { forward: Forward };
  readonly #forward: Forward;
  /** Whether `forward` was a property of the module itself rather than of its class. */
  readonly #own: boolean;

  constructor(module: { forward: Forward }) {
    this.#module = module;
    this.#forward = module.forward;
    this.#own = Object.hasOwn(module, 'forward');
    // Not enumerable, as it is not part of the model.
    Object.defineProperty(module, 'forward', {
      value: (...values: unknown[]) => this.#run(values),
      configurable: true,
      writable: true,
      enumerable: false,
    });
  }

  #run(values: readonly unknown[]): unknown {
    const module = this.#module;
    let current = values;
    for (const { hook } of this.before) {
      const changed = answerOf(module, 'forward pre-hook', hook(module, current));
      if (changed !== undefined && changed !== null) current = Array.isArray(changed) ? changed : [changed];
    }
    let output = this.#forward.apply(module, current as unknown[]);
    for (const { hook } of this.after)
      output = answerOf(module, 'forward hook', hook(module, current, output)) ?? output;
    return output;
  }

  /** Restores the module's own `forward` when no hook is left. */
  end(): boolean {
    if (this.before.size + this.after.size > 0) return false;
    if (this.#own) this.#module.forward = this.#forward;
    else delete (this.#module as Partial<{ forward: Forward }>).forward;
    return true;
  }
}

function answerOf(module: object, what: string, answer: unknown): unknown {
  if (answer instanceof Promise)
    throw new TensorError(
      `${module.constructor.name}: a ${what} must not return a promise: forward does not wait. Call data() in it, keep the promise, and await it elsewhere.`,
    );
  return answer;
}

const hooksOf = new WeakMap<object, Hooks>();

/**
 * Registers a hook before or after the `forward` of a module. Modules without hooks are not
 * touched.
 *
 * @throws TensorError for a hook that is not a function, or a module without `forward`
 */
export function addHook(where: string, module: object, place: 'before' | 'after', hook: unknown): HookHandle {
  requireArgument(where, 'hook', hook, callable, TensorError);
  const { forward } = module as Partial<{ forward: unknown }>;
  if (typeof forward !== 'function')
    throw new TensorError(
      `${where}: ${module.constructor.name} has no forward (${shown(forward)}), so a hook would never be called; put it on the modules inside`,
    );
  const hooks = hooksOf.get(module) ?? new Hooks(module as { forward: Forward });
  hooksOf.set(module, hooks);
  const entry = { hook: hook as Hook };
  hooks[place].add(entry);
  const remove = () => {
    if (hooks[place].delete(entry) && hooks.end()) hooksOf.delete(module);
  };
  return { remove, [Symbol.dispose]: remove };
}
