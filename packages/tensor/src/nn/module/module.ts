import { callable, flag, ofOtherCopy, optional, requireArgument, shown, text } from '@attune/validate';
import type { HookHandle } from '../../autograd/gradHooks.ts';
import type { Device } from '../../device.ts';
import { StateDictError, TensorError } from '../../errors.ts';
import { requireGivenOptions } from '../../functional/checks.ts';
import { letsGo, requireAtMost } from '../../surplusArguments.ts';
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

/** Names that only the state dict or only the module has. */
export interface LoadReport {
  /** Names that only the module has; their values stay. */
  readonly missing: readonly string[];
  /** Names that only the state dict has. */
  readonly unexpected: readonly string[];
}

/** Options of `namedModules` and `namedParameters`. */
export interface NamedOptions {
  /** Prefix of every name, followed by a dot. Default ''. */
  readonly prefix?: string | undefined;
  /**
   * Whether a module or parameter in two places is listed once, under its first name. Default true.
   */
  readonly removeDuplicate?: boolean | undefined;
}

/** Options of `namedParameters`. */
export interface NamedParametersOptions extends NamedOptions {
  /** Whether to include those of submodules. Default true. */
  readonly recurse?: boolean | undefined;
}

const theHook = 'it takes a hook alone';
const namedKinds = { prefix: optional(text), removeDuplicate: optional(flag) };
const parametersKinds = { ...namedKinds, recurse: optional(flag) };

const joined = (prefix: string, name: string): string => (prefix && name ? `${prefix}.${name}` : prefix || name);

/**
 * A part of a model. Parameters and modules in its properties, or in arrays there, belong to it;
 * their names are the names of the properties joined by dots, so that a module laid out like its
 * counterpart in PyTorch has the same names. A subclass has a method `forward`, which is called by
 * name: `model.forward(x)`.
 */
export abstract class Module {
  #training = true;
  #device: Device | null = null;

  /** Whether dropout is active. Initially true, as in PyTorch. */
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
          `${this.constructor.name}: the parameters ${first[0]} and ${named[0]} are on different devices; make all of them on one device`,
        );
      }
    }
    if (!first)
      throw new TensorError(`${this.constructor.name} has no parameters, so no device; use the device of its input`);
    return first[1].device;
  }

  /** Candidates for submodules and parameters, by name; containers keep theirs elsewhere. */
  protected members(): Iterable<readonly [string, unknown]> {
    return Object.entries(this);
  }

  /** Modules and parameters directly below this one, by name. */
  *#parts(): Generator<readonly [string, Module | Parameter]> {
    for (const [name, value] of this.members()) {
      if (this.#isPart(name, value)) yield [name, value];
      else if (Array.isArray(value)) {
        for (const [index, item] of value.entries())
          if (this.#isPart(`${name}.${index}`, item)) yield [`${name}.${index}`, item];
      }
    }
  }

  /** @throws TensorError for a part that another copy of the package made: it would be left out */
  #isPart(name: string, value: unknown): value is Module | Parameter {
    if (value instanceof Module || value instanceof Parameter) return true;
    const { namedParameters, requiresGrad } = Object(value) as Partial<Module & Parameter>;
    // Anything else may be kept, such as a WebAssembly.Module.
    if ((namedParameters ?? requiresGrad) === undefined) return false;
    const other = ofOtherCopy({ classes: [Module, Parameter] }, value);
    if (other) throw new TensorError(`${this.constructor.name}: ${name} is ${shown(value)}${other}`);
    return false;
  }

  /** The modules directly below this one, each once, with their names. */
  *namedChildren(): Generator<readonly [string, Module]> {
    requireAtMost('namedChildren', 0, arguments);
    const seen = new Set<Module>();
    for (const [name, part] of this.#parts()) {
      if (!(part instanceof Module) || seen.has(part)) continue;
      seen.add(part);
      yield [name, part];
    }
  }

  /** The modules directly below this one, each once. */
  *children(): Generator<Module> {
    requireAtMost('children', 0, arguments);
    for (const [, child] of this.namedChildren()) yield child;
  }

  /** This module, under the name '', and all below it. */
  namedModules(options: NamedOptions = {}): Generator<readonly [string, Module]> {
    requireGivenOptions('namedModules', options, namedKinds);
    requireAtMost('namedModules', 1, arguments);
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
    requireAtMost('modules', 0, arguments);
    for (const [, module] of this.namedModules()) yield module;
  }

  /** Every parameter with its name; a module's own come before those of its submodules. */
  namedParameters(options: NamedParametersOptions = {}): Generator<readonly [string, Parameter]> {
    requireGivenOptions('namedParameters', options, parametersKinds);
    requireAtMost('namedParameters', 1, arguments);
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
    requireAtMost('parameters', 1, arguments);
    for (const [, parameter] of this.namedParameters(options)) yield parameter;
  }

  /**
   * Calls a function with every module, submodules first: to initialise weights, for example.
   *
   * @throws TensorError
   */
  apply(fn: (module: Module) => void): this {
    requireAtMost('apply', 1, arguments);
    requireArgument('apply', 'fn', fn, callable, TensorError);
    for (const child of this.children()) child.apply(fn);
    fn(this);
    return this;
  }

  /** Switches to training mode, or with `false` to evaluation mode. @throws TensorError */
  train(mode = true): this {
    requireAtMost('train', 1, arguments);
    requireArgument('train', 'mode', mode, flag, TensorError);
    for (const module of this.modules()) module.#training = mode;
    return this;
  }

  /** Switches to evaluation mode. */
  eval(): this {
    requireAtMost('eval', 0, arguments);
    return this.train(false);
  }

  /**
   * With `false` freezes all parameters: no gradient flows to them, and optimizers leave them
   * unchanged. As `requires_grad_`.
   *
   * @throws TensorError
   */
  requiresGrad_(requiresGrad = true): this {
    requireAtMost('requiresGrad_', 1, arguments);
    requireArgument('requiresGrad_', 'requiresGrad', requiresGrad, flag, TensorError);
    for (const parameter of this.parameters()) parameter.requiresGrad = requiresGrad;
    return this;
  }

  /** Releases the gradients of all parameters. */
  zeroGrad(...given: readonly never[]): void {
    requireAtMost('zeroGrad', 0, given, letsGo);
    for (const parameter of this.parameters()) parameter.clearGrad();
  }

  /**
   * Calls a hook before every `forward` of this module, with its arguments: `hook(module, values)`.
   * A returned array replaces the arguments, any other returned value a single one. Hooks are
   * called synchronously, in order of registration.
   *
   * @throws TensorError for a module without `forward`; `forward` throws for an async hook
   */
  registerForwardPreHook<Own extends Module>(
    this: Own,
    hook: ForwardPreHook<Own>,
    ...given: readonly never[]
  ): HookHandle {
    requireAtMost('registerForwardPreHook', 0, given, theHook);
    return addHook('registerForwardPreHook', this, 'before', hook);
  }

  /**
   * Calls a hook after every `forward` of this module: `hook(module, values, output)`. A returned
   * value replaces the output. Under `noGrad` a model releases its intermediate results: a hook
   * that wants to keep a tensor reads it with `data()`, or calls `device.retain(tensor.array)`.
   *
   * @throws TensorError for a module without `forward`; `forward` throws for an async hook
   */
  registerForwardHook<Own extends Module>(this: Own, hook: ForwardHook<Own>, ...given: readonly never[]): HookHandle {
    requireAtMost('registerForwardHook', 0, given, theHook);
    return addHook('registerForwardHook', this, 'after', hook);
  }

  /** All weights, read from the GPU; a weight in two places is listed once. */
  async stateDict(): Promise<StateDict> {
    requireAtMost('stateDict', 0, arguments);
    const entries = [...this.namedParameters()];
    const values = await Promise.all(entries.map(([, parameter]) => parameter.data()));
    return new Map(
      entries.map(([name, { shape }], index) => [name, { dtype: 'f32', shape, data: values[index] as Float32Array }]),
    );
  }

  /**
   * Loads weights by name. A weight in two places may come under either name, or both.
   *
   * @param strict whether missing and unexpected names are an error. Default true.
   * @throws StateDictError when a shape differs, or, if strict, a name; nothing is changed then
   */
  loadStateDict(
    entries: Iterable<readonly [string, { readonly shape: Shape; readonly data: Float32Array }]>,
    strict = true,
  ): LoadReport {
    requireAtMost('loadStateDict', 2, arguments);
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

  /** Releases the GPU memory of all parameters. */
  dispose(): void {
    requireAtMost('dispose', 0, arguments);
    for (const parameter of this.parameters()) parameter.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
