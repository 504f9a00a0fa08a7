import { instanceOf, numberAtLeast, optional, requireArgument, requireOptions } from '@attune/validate';
import { TensorError } from '../errors.ts';
import { Parameter } from '../nn/parameter/parameter.ts';

/** A parameter, alone or with its name as from `module.namedParameters()`. */
export type NamedOrBare = Parameter | readonly [name: string, parameter: Parameter];

/** A group of parameters with their own options. */
export interface ParamGroupOptions {
  /** Parameters of the group. */
  readonly params: Iterable<NamedOrBare>;
  /** Default: that of the optimizer. */
  readonly lr?: number | undefined;
  /** Decoupled weight decay. Default: that of the optimizer. */
  readonly weightDecay?: number | undefined;
}

/** The parameters of an optimizer, in groups or not. */
export type Params = Iterable<NamedOrBare> | Iterable<ParamGroupOptions>;

const rate = numberAtLeast(0);

/** A group of parameters of an optimizer. Changes take effect at the next `step()`. */
export class ParamGroup {
  /** Parameters of the group. */
  readonly params: readonly Parameter[];
  /** Their names, in the same order. */
  readonly names: readonly string[];
  #lr: number | ReadonlyRates;
  #weightDecay: number;

  constructor(named: readonly (readonly [string, Parameter])[], lr: number | ReadonlyRates, weightDecay: number) {
    this.names = named.map(([name]) => name);
    this.params = named.map(([, parameter]) => parameter);
    this.#lr = lr;
    this.#weightDecay = weightDecay;
    // Assigning to a misspelled name must fail, as it would have no effect.
    Object.preventExtensions(this);
  }

  /** Whether the rates of all updates were given beforehand, so that they cannot be changed. */
  get lrIsGiven(): boolean {
    return typeof this.#lr !== 'number';
  }

  /** The learning rate of the next update. */
  get lr(): number {
    return typeof this.#lr === 'number' ? this.#lr : this.#lr.next();
  }

  /** @throws TensorError when the rates of all updates were given beforehand */
  set lr(value: number) {
    if (typeof this.#lr !== 'number') {
      throw new TensorError(
        'paramGroups: the learning rate of every update was given in advance, as lr: Float64Array; give a number to change it between steps',
      );
    }
    requireArgument('paramGroups', 'lr', value, rate, TensorError);
    this.#lr = value;
  }

  /** The weight decay of the next update; at least 0. */
  get weightDecay(): number {
    return this.#weightDecay;
  }

  set weightDecay(value: number) {
    requireArgument('paramGroups', 'weightDecay', value, rate, TensorError);
    this.#weightDecay = value;
  }
}

/** Rates known beforehand. */
export interface ReadonlyRates {
  next(): number;
}

/** Whether a value is a parameter with its name. */
export const isPair = (value: unknown): value is readonly [string, Parameter] =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && value[1] instanceof Parameter;

const aParameter = instanceOf(Parameter, 'a Parameter, or a name and a Parameter');

const groupKinds = {
  params: { what: 'parameters, such as model.parameters()', holds: isIterable },
  lr: optional(rate),
  weightDecay: optional(rate),
};

export function isIterable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

export interface PlainGroup {
  readonly named: readonly (readonly [string, Parameter])[];
  readonly lr?: number | undefined;
  readonly weightDecay?: number | undefined;
}

/**
 * Reads the groups that a caller passed, each parameter with a name: its own, or its index.
 *
 * @param where the call, for messages: `new AdamW`
 * @throws TensorError when something is neither a parameter nor a group, or is listed twice
 */
export function readParams(where: string, params: unknown): PlainGroup[] {
  requireArgument(
    where,
    'params',
    params,
    {
      what: 'parameters, such as model.parameters() or model.namedParameters(), or groups { params, lr, weightDecay }',
      holds: isIterable,
    },
    TensorError,
  );
  const given = [...(params as Iterable<unknown>)];
  // By its name, as a realm has an Object of its own.
  const isGroup = (value: unknown) => Object(value).constructor?.name === 'Object';
  let count = 0;
  const nameAll = (list: Iterable<unknown>) =>
    [...list].map((item, index): readonly [string, Parameter] => {
      if (isPair(item)) return item;
      requireArgument(where, `parameter ${index}`, item, aParameter, TensorError);
      return [String(count++), item as Parameter];
    });
  const groups = given.some(isGroup)
    ? given.map((group, index) => {
        requireOptions(`${where}, group ${index}`, group, groupKinds, { error: TensorError, otherNames: groupNames });
        const { params: own, ...rest } = group as ParamGroupOptions;
        return { named: nameAll(own), ...rest };
      })
    : [{ named: nameAll(given) }];
  const all = groups.flatMap(({ named }) => named.map(([, parameter]) => parameter));
  if (all.length === 0)
    throw new TensorError(
      `${where}: no parameter was given${Array.isArray(params) ? '' : '. A generator such as model.parameters() can be iterated only once; call it again'}`,
    );
  if (new Set(all).size !== all.length) throw new TensorError(`${where}: a parameter is in the groups twice`);
  const names = groups.flatMap(({ named }) => named.map(([name]) => name));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new TensorError(`${where}: two parameters have the name ${twice}`);
  return groups;
}

const groupNames = {
  parameters: 'it is called params',
  learningRate: 'it is called lr',
  weight_decay: 'it is called weightDecay',
};
