import { callable, flag, optional, requireArgument, text } from '@attune/validate';
import type { HookHandle } from '../../autograd/gradHooks.ts';
import type { Device } from '../../device.ts';
import { StateDictError, TensorError } from '../../errors.ts';
import { requireGivenOptions } from '../../functional/checks.ts';
import { letsGo, requireNoMore } from '../../requireNoMore.ts';
import { formatShape, shapesEqual } from '../../shape.ts';
import type { Shape } from '../../shape.ts';
import { addHook } from './hooks.ts';
import type { ForwardHook, ForwardPreHook } from './hooks.ts';
import { Parameter } from '../parameter/parameter.ts';
import { readEntries } from './stateEntries.ts';

/** One entry of a state dict, on the host. */
export interface StateDictEntry {
  /** Element type. */
  readonly dtype: 'f32';
  /** Extents, outermost first. */
  readonly shape: Shape;
  /** Values in row-major order. */
  readonly data: Float32Array;
}

/** Weights by name. */
export type StateDict = Map<string, StateDictEntry>;

/** Names in which a state dict and a module differ. */
export interface LoadReport {
  /** Names that the module has and the state dict has not; their values stay. */
  readonly missing: readonly string[];
  /** Names that the state dict has and the module has not. */
  readonly unexpected: readonly string[];
}

/** Options of `namedModules` and `namedParameters`. */
export interface NamedOptions {
  /** Stands before every name, with a dot between. Default ''. */
  readonly prefix?: string | undefined;
  /** Whether what stands in two places comes once, under its first name. Default true. */
  readonly removeDuplicate?: boolean | undefined;
}

/** Options of `namedParameters`. */
export interface NamedParametersOptions extends NamedOptions {
  /** Whether those of the modules inside come too. Default true. */
  readonly recurse?: boolean | undefined;
}

const theHook = 'a hook alone';
const namedKinds = { prefix: optional(text), removeDuplicate: optional(flag) };
const parametersKinds = { ...namedKinds, recurse: optional(flag) };

const joined = (prefix: string, name: string): string => (prefix && name ? `${prefix}.${name}` : prefix || name);

/**
 * A part of a model. Parameters and modules held in its properties, or in arrays there, are its
 * own; their names are the names of the properties, joined by dots, so that a module laid out like
 * its twin in PyTorch has the same names. A subclass has a method `forward`, which is called by its
 * name: `model.forward(x)`.
 */
export abstract class Module {
  #training = true;
  #device: Device | null = null;

  /** Whether dropout drops. True at first, as in PyTorch. */
  get training(): boolean {
    return this.#training;
  }

  /**
   * The device that all parameters live on.
   *
   * @throws TensorError when there is no parameter, or two live on different devices
   */
  get device(): Device {
    this.#device ??= this.#findDevice();
    return this.#device;
  }

  #findDevice(): Device {
    let first: readonly [string, Parameter] | undefined;
    for (const named of this.namedParameters()) {
      first ??= named;
      if (named[1].device !== first[1].device) {
        throw new TensorError(
          `${this.constructor.name}: the parameters ${first[0]} and ${named[0]} live on different devices; make all of them with one device`,
        );
      }
    }
    if (!first)
      throw new TensorError(`${this.constructor.name} has no parameters, so no device; use the device of its input`);
    return first[1].device;
  }

  /** What may be modules and parameters of this one, by name; containers keep theirs elsewhere. */
  protected members(): Iterable<readonly [string, unknown]> {
    return Object.entries(this);
  }

  /** Modules and parameters directly below this one, by name. */
  *#parts(): Generator<readonly [string, Module | Parameter]> {
    for (const [name, value] of this.members()) {
      if (value instanceof Module || value instanceof Parameter) yield [name, value];
      else if (Array.isArray(value)) {
        for (const [index, item] of value.entries())
          if (item instanceof Module || item instanceof Parameter) yield [`${name}.${index}`, item];
      }
    }
  }

  /** The modules directly below this one, each once, with their names. */
  *namedChildren(): Generator<readonly [string, Module]> {
    const seen = new Set<Module>();
    for (const [name, part] of this.#parts()) {
      if (!(part instanceof Module) || seen.has(part)) continue;
      seen.add(part);
      yield [name, part];
    }
  }

  /** The modules directly below this one, each once. */
  *children(): Generator<Module> {
    for (const [, child] of this.namedChildren()) yield child;
  }

  /** This module, by the name '', and all below it. */
  namedModules(options: NamedOptions = {}): Generator<readonly [string, Module]> {
    requireGivenOptions('namedModules', options, namedKinds);
    const { prefix = '', removeDuplicate = true } = options;
    return this.#modulesBelow(prefix, removeDuplicate ? new Set() : null);
  }

  *#modulesBelow(prefix: string, seen: Set<Module> | null): Generator<readonly [string, Module]> {
    if (seen?.has(this)) return;
    seen?.add(this);
    yield [prefix, this];
    for (const [name, part] of this.#parts())
      if (part instanceof Module) yield* part.#modulesBelow(joined(prefix, name), seen);
  }

  /** This module and all below it, each once. */
  *modules(): Generator<Module> {
    for (const [, module] of this.namedModules()) yield module;
  }

  /** Every parameter with its name; a module's own come before those of the modules inside. */
  namedParameters(options: NamedParametersOptions = {}): Generator<readonly [string, Parameter]> {
    requireGivenOptions('namedParameters', options, parametersKinds);
    const { prefix = '', removeDuplicate = true, recurse = true } = options;
    return this.#parametersBelow(prefix, recurse, removeDuplicate ? new Set() : null);
  }

  *#parametersBelow(
    prefix: string,
    recurse: boolean,
    seen: Set<Parameter> | null,
  ): Generator<readonly [string, Parameter]> {
    const parts = [...this.#parts()];
    for (const [name, part] of parts) {
      if (part instanceof Module || seen?.has(part)) continue;
      seen?.add(part);
      yield [joined(prefix, name), part];
    }
    if (!recurse) return;
    for (const [name, part] of parts)
      if (part instanceof Module) yield* part.#parametersBelow(joined(prefix, name), recurse, seen);
  }

  /** Every parameter, each once. */
  *parameters(options: Pick<NamedParametersOptions, 'recurse'> = {}): Generator<Parameter> {
    for (const [, parameter] of this.namedParameters(options)) yield parameter;
  }

  /**
   * Calls a function with every module, those below before those above: to
   * set weights, for example.
   *
   * @throws TensorError
   */
  apply(fn: (module: Module) => void): this {
    requireArgument('apply', 'fn', fn, callable, TensorError);
    for (const child of this.children()) child.apply(fn);
    fn(this);
    return this;
  }

  /** Switches dropout on, or off with `false`. */
  train(mode = true): this {
    requireArgument('train', 'mode', mode, flag, TensorError);
    for (const module of this.modules()) module.#training = mode;
    return this;
  }

  /** Switches dropout off. */
  eval(): this {
    return this.train(false);
  }

  /**
   * Freezes all parameters with `false`: no gradient flows to them, and optimizers leave them. As
   * `requires_grad_`.
   */
  requiresGrad_(requiresGrad = true): this {
    requireArgument('requiresGrad_', 'requiresGrad', requiresGrad, flag, TensorError);
    for (const parameter of this.parameters()) parameter.requiresGrad = requiresGrad;
    return this;
  }

  /** Lets go of the gradients of all parameters. */
  zeroGrad(...given: readonly never[]): void {
    requireNoMore('zeroGrad', letsGo, given);
    for (const parameter of this.parameters()) parameter.clearGrad();
  }

  /**
   * Calls a hook before every `forward` of this module, with its arguments: `hook(module, values)`.
   * An array that it returns takes their place, any other value that of a single one. It is called
   * synchronously, after those that were registered before it.
   *
   * @throws TensorError for a module without `forward`; `forward` throws for an async hook
   */
  registerForwardPreHook<Own extends Module>(
    this: Own,
    hook: ForwardPreHook<Own>,
    ...given: readonly never[]
  ): HookHandle {
    requireNoMore('registerForwardPreHook', theHook, given);
    return addHook('registerForwardPreHook', this, 'before', hook);
  }

  /**
   * Calls a hook after every `forward` of this module: `hook(module, values, output)`. What it
   * returns takes the place of the output. Under `noGrad` a model gives back the memory of what it
   * computed on the way: a hook that keeps a tensor reads it with `data()`, or calls
   * `device.retain(tensor.array)`.
   *
   * @throws TensorError for a module without `forward`; `forward` throws for an async hook
   */
  registerForwardHook<Own extends Module>(this: Own, hook: ForwardHook<Own>, ...given: readonly never[]): HookHandle {
    requireNoMore('registerForwardHook', theHook, given);
    return addHook('registerForwardHook', this, 'after', hook);
  }

  /** All weights, read from the GPU; one that stands in two places comes once. */
  async stateDict(): Promise<StateDict> {
    const entries = [...this.namedParameters()];
    const values = await Promise.all(entries.map(([, parameter]) => parameter.data()));
    return new Map(
      entries.map(([name, { shape }], index) => [name, { dtype: 'f32', shape, data: values[index] as Float32Array }]),
    );
  }

  /**
   * Puts weights in place by name. One that stands in two places may come
   * under either name, or both.
   *
   * @param strict whether missing and unexpected names are an error. Default true.
   * @throws StateDictError when a shape differs, or, if strict, a name; nothing is changed then
   */
  loadStateDict(
    entries: Iterable<readonly [string, { readonly shape: Shape; readonly data: Float32Array }]>,
    strict = true,
  ): LoadReport {
    const given = new Map(readEntries('loadStateDict', entries));
    requireArgument('loadStateDict', 'strict', strict, flag, StateDictError);
    const own = new Map(this.namedParameters({ removeDuplicate: false }));
    const found = new Set([...given.keys()].map((name) => own.get(name)));
    const missing = [...this.namedParameters()].flatMap(([name, parameter]) => (found.has(parameter) ? [] : [name]));
    const unexpected = [...given.keys()].filter((name) => !own.has(name));
    if (strict && missing.length + unexpected.length > 0) {
      throw new StateDictError(
        `the state dict does not fit the module: missing ${missing.join(', ') || 'nothing'}; unexpected ${unexpected.join(', ') || 'nothing'}`,
      );
    }
    for (const [name, { shape }] of given) {
      const parameter = own.get(name);
      if (parameter && !shapesEqual(parameter.shape, shape)) {
        throw new StateDictError(
          `the weight ${name} has the shape ${formatShape(shape)}; the module's has ${formatShape(parameter.shape)}`,
        );
      }
    }
    for (const [name, { data }] of given) own.get(name)?.setData(data);
    return { missing, unexpected };
  }

  /** Gives the GPU memory of all parameters back. */
  dispose(): void {
    for (const parameter of this.parameters()) parameter.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
