import { instanceOf, named, ofOtherCopy, requireArgument, shown, text } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { TensorError } from '../../errors.ts';
import type { Tensor } from '../../tensor.ts';
import type { Layer } from './layer.ts';
import { Module } from './module.ts';
import { requireAtMost } from '../../surplusArguments.ts';

const aModule = instanceOf(Module);

function requireModule(where: string, name: string, module: unknown): asserts module is Module {
  requireArgument(where, name, module, aModule, TensorError);
}

function requireLayer(where: string, name: string, module: unknown): asserts module is Layer {
  requireModule(where, name, module);
  if (typeof (module as { readonly forward?: unknown }).forward !== 'function')
    throw new TensorError(`${where}: ${name}, a ${module.constructor.name}, has no forward`);
}

/**
 * Modules called one after another, as `torch.nn.Sequential`: from a list, with the names 0, 1, 2,
 * …, or from an object, with its names. `sequential[0]` is the first and may be replaced.
 */
export class Sequential extends Module {
  [index: number]: Layer;

  /** @throws TensorError for a value that is not a module, or has no forward */
  constructor(...modules: readonly Layer[] | readonly [Readonly<Record<string, Layer>>]) {
    super();
    const [first] = modules;
    const isNamed =
      modules.length === 1 &&
      typeof first === 'object' &&
      first !== null &&
      !aModule.holds(first) &&
      !ofOtherCopy(aModule, first);
    for (const [name, module] of Object.entries(isNamed ? first : modules)) {
      requireLayer('new Sequential', isNamed ? name : `module ${name}`, module);
      if (name in this)
        throw new TensorError(`new Sequential: ${name} cannot be a name; Module has a member of that name`);
      Object.defineProperty(this, name, { value: module, writable: true, enumerable: true, configurable: true });
    }
  }

  /** Number of modules. */
  get length(): number {
    return [...this].length;
  }

  *[Symbol.iterator](): Generator<Layer> {
    for (const [, module] of this.members()) if (module instanceof Module) yield module as Layer;
  }

  /**
   * @param input of the first module
   * @returns the output of the last one
   */
  forward(input: Tensor): Tensor {
    requireAtMost('Sequential.forward', 1, arguments);
    let output = input;
    for (const module of this) output = module.forward(output);
    return output;
  }
}

/**
 * A list of modules, as `torch.nn.ModuleList`: `list[0]` is the first and may be replaced. It has
 * no forward.
 */
export class ModuleList<Item extends Module = Module> extends Module {
  [index: number]: Item;

  /** @throws TensorError for what is not a module */
  constructor(modules: Iterable<Item> = []) {
    requireAtMost('new ModuleList', 1, arguments, 'write one array of modules');
    super();
    this.extend(modules);
  }

  /** Number of modules. */
  get length(): number {
    return [...this].length;
  }

  /** The module at this index; negative ones count from the end. */
  at(index: number): Item | undefined {
    return this[index < 0 ? index + this.length : index];
  }

  /** @throws TensorError for what is not a module */
  append(module: Item): this {
    requireModule('ModuleList.append', 'module', module);
    this[this.length] = module;
    return this;
  }

  /** @throws TensorError for what is not a module */
  extend(modules: Iterable<Item>): this {
    requireArgument('ModuleList', 'modules', modules, iterable, TensorError);
    for (const module of modules) this.append(module);
    return this;
  }

  *[Symbol.iterator](): Generator<Item> {
    for (const [, module] of this.members()) if (module instanceof Module) yield module as Item;
  }
}

const iterable: Kind = {
  what: 'modules, such as an array of them',
  holds: (value) => typeof value === 'object' && value !== null && Symbol.iterator in value,
};

/** Modules by name, as `torch.nn.ModuleDict`. It has no forward. */
export class ModuleDict<Item extends Module = Module> extends Module {
  readonly #modules = new Map<string, Item>();

  /** @throws TensorError for what is not a module */
  constructor(modules: Readonly<Record<string, Item>> = {}) {
    requireAtMost('new ModuleDict', 1, arguments);
    super();
    requireArgument('new ModuleDict', 'modules', modules, named, TensorError);
    for (const [name, module] of Object.entries(modules)) this.set(name, module);
  }

  protected override members(): Iterable<readonly [string, unknown]> {
    return this.#modules;
  }

  /** Number of modules. */
  get size(): number {
    return this.#modules.size;
  }

  /** The module of this name, if there is one. */
  get(name: string): Item | undefined {
    return this.#modules.get(name);
  }

  /** Whether there is a module of this name. */
  has(name: string): boolean {
    return this.#modules.has(name);
  }

  /** @throws TensorError for a value that is not a module, or a name with a dot */
  set(name: string, module: Item): this {
    requireArgument('ModuleDict.set', 'name', name, text, TensorError);
    requireModule('ModuleDict.set', `module ${name}`, module);
    if (typeof name !== 'string' || name === '' || name.includes('.'))
      throw new TensorError(`ModuleDict.set: ${shown(name)} cannot be a name: it must be a string without dots`);
    this.#modules.set(name, module);
    return this;
  }

  /** Removes a module. @returns whether there was one */
  delete(name: string): boolean {
    return this.#modules.delete(name);
  }

  /** Names, in the order in which they were set. */
  keys(): Iterable<string> {
    return this.#modules.keys();
  }

  /** Modules, in the order in which they were set. */
  values(): Iterable<Item> {
    return this.#modules.values();
  }

  /** Names and modules, in the order in which they were set. */
  entries(): Iterable<[string, Item]> {
    return this.#modules.entries();
  }

  [Symbol.iterator](): Iterator<[string, Item]> {
    return this.#modules[Symbol.iterator]();
  }
}
