import type { Device } from '../device.ts';
import { StateDictError, TensorError } from '../errors.ts';
import { formatShape, shapesEqual } from '../shape.ts';
import type { Shape } from '../shape.ts';
import { Parameter } from './parameter.ts';
import { readEntries } from './stateEntries.ts';

/** One entry of a state dict, on the host. */
export interface StateDictEntry {
  readonly dtype: 'f32';
  readonly shape: Shape;
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

/**
 * A part of a model. Parameters and modules held in its properties, or in arrays there, are its
 * own; their names are the names of the properties, joined by dots, so that a module laid out like
 * its Hugging Face twin has the same names.
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

  /** Modules and parameters directly below this one, by name. */
  *#children(): Generator<readonly [string, Module | Parameter]> {
    for (const [name, value] of Object.entries(this)) {
      if (value instanceof Module || value instanceof Parameter) yield [name, value];
      else if (Array.isArray(value)) {
        for (const [index, item] of value.entries())
          if (item instanceof Module || item instanceof Parameter) yield [`${name}.${index}`, item];
      }
    }
  }

  /** This module and all below it. */
  *modules(): Generator<Module> {
    yield this;
    for (const [, child] of this.#children()) if (child instanceof Module) yield* child.modules();
  }

  /**
   * Every parameter with its name; one that stands in two places comes once, under its first name.
   */
  *namedParameters(prefix = '', seen = new Set<Parameter>()): Generator<readonly [string, Parameter]> {
    for (const [name, child] of this.#children()) {
      if (child instanceof Module) yield* child.namedParameters(`${prefix}${name}.`, seen);
      else if (!seen.has(child)) {
        seen.add(child);
        yield [`${prefix}${name}`, child];
      }
    }
  }

  *parameters(): Generator<Parameter> {
    for (const [, parameter] of this.namedParameters()) yield parameter;
  }

  /** Switches dropout on, or off with `false`. */
  train(mode = true): this {
    for (const module of this.modules()) module.#training = mode;
    return this;
  }

  /** Switches dropout off. */
  eval(): this {
    return this.train(false);
  }

  /** All weights, read from the GPU. */
  async stateDict(): Promise<StateDict> {
    const entries = [...this.namedParameters()];
    const values = await Promise.all(entries.map(([, parameter]) => parameter.data()));
    return new Map(
      entries.map(([name, { shape }], index) => [name, { dtype: 'f32', shape, data: values[index] as Float32Array }]),
    );
  }

  /**
   * Puts weights in place by name.
   *
   * @param strict whether missing and unexpected names are an error. Default true.
   * @throws StateDictError when a shape differs, or, if strict, a name; nothing is changed then
   */
  loadStateDict(
    entries: Iterable<readonly [string, { readonly shape: Shape; readonly data: Float32Array }]>,
    strict = true,
  ): LoadReport {
    const given = new Map(readEntries('loadStateDict', entries));
    const own = new Map(this.namedParameters());
    const missing = [...own.keys()].filter((name) => !given.has(name));
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
