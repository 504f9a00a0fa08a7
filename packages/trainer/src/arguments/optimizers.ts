import type { Optimizer, OptimizerOptions, Params } from '@attune/tensor';
import { flag, nearestName, number, numberAtLeast, numberBetween, shown } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { TrainingArgumentsError } from '../errors.ts';
import { camelCase } from './pythonNames.ts';

/** A class of optimizers: one of `@attune/tensor`, or one with the same interface. */
export type OptimizerClass = new (params: Params, options: OptimizerOptions) => Optimizer;

/** Names of optimizers, as in `transformers`. */
export type OptimizerName =
  | 'adamw_torch'
  | 'adamw_torch_fused'
  | 'sgd'
  | 'adafactor'
  | 'adagrad'
  | 'rmsprop'
  | 'lion_32bit';

/** Settings of an optimizer that have no argument of their own, by their names in `optimArgs`. */
export type OptimArgs = Readonly<Record<string, number | boolean>>;

interface AdamNumbers {
  readonly adamBeta1: number;
  readonly adamBeta2: number;
  readonly adamEpsilon: number;
}

interface NamedOptimizer {
  /** Loads the class; AdamW comes with every run. */
  readonly load?: () => Promise<OptimizerClass>;
  /** Kinds of the options in `optimArgs`. */
  readonly kinds: Readonly<Record<string, Kind>>;
  /** Options that follow from other arguments, or from the name. */
  readonly options?: (args: AdamNumbers) => object;
}

const adamW: NamedOptimizer = {
  kinds: {},
  options: ({ adamBeta1, adamBeta2, adamEpsilon }) => ({ betas: [adamBeta1, adamBeta2], eps: adamEpsilon }),
};

const others = () => import('./otherOptimizers.ts');

const optimizers: Readonly<Record<OptimizerName, NamedOptimizer>> = {
  adamw_torch: adamW,
  adamw_torch_fused: adamW,
  sgd: {
    load: async () => (await others()).SGD,
    kinds: { momentum: numberAtLeast(0), dampening: number, nesterov: flag },
  },
  adafactor: {
    load: async () => (await others()).Adafactor,
    kinds: {
      clipThreshold: numberAtLeast(Number.MIN_VALUE),
      decayRate: numberBetween(-10, 0),
      beta1: numberBetween(0, 1),
      scaleParameter: flag,
    },
    options: () => ({ scaleParameter: false, relativeStep: false }),
  },
  adagrad: { load: async () => (await others()).Adagrad, kinds: { lrDecay: numberAtLeast(0), eps: numberAtLeast(0) } },
  rmsprop: {
    load: async () => (await others()).RMSprop,
    kinds: { momentum: numberAtLeast(0), alpha: numberBetween(0, 1), eps: numberAtLeast(0), centered: flag },
  },
  lion_32bit: {
    load: async () => (await others()).Lion,
    kinds: {},
    options: ({ adamBeta1, adamBeta2 }) => ({ betas: [adamBeta1, adamBeta2] }),
  },
};

export const optimizerNames = Object.keys(optimizers) as OptimizerName[];

/** Names that only `transformers` has. */
export const otherOptimizerNames: readonly string[] = (
  'adamw_torch_xla adamw_torch_npu_fused adamw_anyprecision adamw_torch_4bit adamw_torch_8bit ' +
  'ademamix adamw_bnb_8bit adamw_8bit ademamix_8bit lion_8bit ' +
  'paged_adamw_32bit paged_adamw_8bit paged_ademamix_32bit paged_ademamix_8bit paged_lion_32bit ' +
  'paged_lion_8bit rmsprop_bnb rmsprop_bnb_8bit rmsprop_bnb_32bit galore_adamw ' +
  'galore_adamw_8bit galore_adafactor galore_adamw_layerwise galore_adamw_8bit_layerwise galore_adafactor_layerwise ' +
  'lomo adalomo grokadamw schedule_free_radam schedule_free_adamw ' +
  'schedule_free_sgd apollo_adamw apollo_adamw_layerwise stable_adamw'
).split(' ');

/**
 * `optimArgs`, as an object or as the text `momentum=0.9,nesterov=true` that `transformers` takes.
 *
 * @throws TrainingArgumentsError for an unknown option or a wrong value
 */
export function readOptimArgs(optim: OptimizerName, given: string | OptimArgs | null): OptimArgs {
  const { kinds } = optimizers[optim];
  const entries = typeof given === 'string' ? entriesOf(given) : Object.entries(given ?? {});
  for (const [name, value] of entries) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (!kind) throw new TrainingArgumentsError(unknownArgument(optim, name));
    if (!kind.holds(value))
      throw new TrainingArgumentsError(`optimArgs: ${name} must be ${kind.what}; got ${shown(value)}`);
  }
  const read = Object.fromEntries(entries) as OptimArgs;
  if (read['nesterov'] === true && (!read['momentum'] || read['dampening']))
    throw new TrainingArgumentsError('optimArgs: nesterov needs a momentum above 0 and no dampening');
  return read;
}

function unknownArgument(optim: OptimizerName, name: string): string {
  const names = Object.keys(optimizers[optim].kinds);
  if (name === 'weightDecay')
    return 'optimArgs: weightDecay is a training argument of its own, applied by parameter group';
  if (name === 'lr') return 'optimArgs: the learning rate is a training argument of its own, learningRate';
  const near = nearestName(name, names);
  const takes =
    names.length > 0
      ? `it takes ${names.join(', ')}`
      : 'it takes none, as its settings are training arguments of their own';
  return `optimArgs: ${optim} has no argument ${name}; ${near ? `did you mean ${near}?` : takes}`;
}

function entriesOf(text: string): (readonly [string, number | boolean | string])[] {
  const parts = text
    .replaceAll(' ', '')
    .split(',')
    .filter((part) => part !== '');
  return parts.map((part) => {
    const [name = '', value, ...rest] = part.split('=');
    if (value === undefined || value === '' || rest.length > 0)
      throw new TrainingArgumentsError(`optimArgs must be such as 'momentum=0.9,nesterov=true'; got ${shown(text)}`);
    const camel = camelCase(name);
    if (/^(true|yes)$/i.test(value)) return [camel, true];
    if (/^(false|no)$/i.test(value)) return [camel, false];
    return [camel, Number.isNaN(Number(value)) ? value : Number(value)];
  });
}

/**
 * The loader of the class that the arguments name, undefined for AdamW, and its options except
 * rate, decay and clipping.
 */
export function namedOptimizer(
  args: AdamNumbers & { readonly optim: OptimizerName; readonly optimArgs: string | OptimArgs | null },
): [load: NamedOptimizer['load'], options: object] {
  const { load, options } = optimizers[args.optim];
  return [load, { ...options?.(args), ...readOptimArgs(args.optim, args.optimArgs) }];
}
