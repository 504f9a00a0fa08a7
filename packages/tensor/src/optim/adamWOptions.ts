import type { DynamicLossScale } from '@attune/kernels/internal';
import { flag, numberAtLeast, optional, requireOptions, wholeNumber } from '@attune/validate';
import type { Kind } from '@attune/validate';
import type { Device } from '../device.ts';
import { TensorError } from '../errors.ts';
import { readParams } from './paramGroup.ts';
import type { PlainGroup } from './paramGroup.ts';
import type { AdamWGroup } from './rates.ts';

/** Options of `new AdamW`. */
export interface AdamWOptions {
  /**
   * The learning rate, which may be changed between steps: `optimizer.paramGroups[0].lr = …`, or by
   * `getScheduler`. As an array: the rate of every update of the run, in order, where all are known
   * beforehand; an update that is skipped uses none up. Default 1e-3.
   */
  readonly lr?: number | Float64Array;
  /** Decay of the means of gradients and of their squares. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the denominator. Default 1e-8. */
  readonly eps?: number;
  /** Decoupled weight decay of groups without one of their own. Default 0.01. */
  readonly weightDecay?: number;
  /** Gradients with a larger global norm are scaled down to it; 0 for no clipping. Default 0. */
  readonly maxGradNorm?: number;
  /** Updates that were applied before, when a run is resumed. Default 0. */
  readonly firstStep?: number;
  /**
   * Keep an f16 copy of every weight that matrix products read, for `autocast`. The weights
   * themselves, gradients and moments stay in f32. Default false.
   */
  readonly fp16?: boolean;
  /**
   * What the loss is multiplied with, so that f16 gradients do not vanish. A dynamic one halves
   * when they overflow. Default 1.
   */
  readonly lossScale?: number | DynamicLossScale;
}

const where = 'new AdamW';

const lr: Kind = {
  what: 'a number of at least 0, or a Float64Array with the rate of every update',
  holds: (value) =>
    typeof value === 'number'
      ? Number.isFinite(value) && value >= 0
      : value instanceof Float64Array && value.length > 0 && value.every(Number.isFinite),
};

const betas: Kind = {
  what: 'two numbers of at least 0 and below 1',
  holds: (value) =>
    Array.isArray(value) && value.length === 2 && value.every((beta) => Number.isFinite(beta) && beta >= 0 && beta < 1),
};

const dynamicScale = {
  initial: optional(numberAtLeast(Number.MIN_VALUE)),
  growthInterval: optional(wholeNumber(1)),
  growthFactor: optional(numberAtLeast(1)),
  backoffFactor: optional(numberAtLeast(Number.MIN_VALUE)),
  growthTracker: optional(wholeNumber(0)),
};

const lossScale: Kind = {
  what: 'a number above 0, or the options of a dynamic scale, such as {}',
  holds: (value) =>
    typeof value === 'number' ? Number.isFinite(value) && value > 0 : typeof value === 'object' && value !== null,
};

const kinds = {
  lr: optional(lr),
  betas: optional(betas),
  eps: optional(numberAtLeast(0)),
  weightDecay: optional(numberAtLeast(0)),
  maxGradNorm: optional(numberAtLeast(0)),
  firstStep: optional(wholeNumber(0)),
  fp16: optional(flag),
  lossScale: optional(lossScale),
};

const otherNames = {
  learningRate: 'it is called lr',
  learningRates: 'it is called lr, which takes a Float64Array too',
  epsilon: 'it is called eps',
  groups: 'groups come first: new AdamW([{ params, weightDecay }, …], { lr })',
  params: 'parameters come first: new AdamW(model.parameters(), { lr })',
  amsgrad: 'it is not implemented',
  maximize: 'it is not implemented; negate the loss',
  foreach: 'all parameters are updated together anyway',
  fused: 'the update is fused anyway',
  device: 'the optimizer works where its parameters are',
};

export interface AdamWArguments extends Required<Omit<AdamWOptions, 'weightDecay'>> {
  readonly groups: readonly AdamWGroup[];
  readonly device: Device;
  readonly lossScale: number | DynamicLossScale;
}

/** What `new AdamW(params, options)` was given, checked, with its defaults. */
export function readAdamWArguments(params: unknown, given: unknown): AdamWArguments {
  const [first, options, factors] = fromOneObject(params) ?? [params, given, []];
  requireOptions(where, options, kinds, { error: TensorError, otherNames });
  const { weightDecay = 0.01, ...rest } = options as AdamWOptions;
  if (typeof rest.lossScale === 'object')
    requireOptions(`${where}, lossScale`, rest.lossScale, dynamicScale, { error: TensorError });
  const plain = readParams(where, first);
  if (rest.lr instanceof Float64Array) refuseOwnRates(plain);
  return {
    lr: 1e-3,
    betas: [0.9, 0.999],
    eps: 1e-8,
    maxGradNorm: 0,
    firstStep: 0,
    fp16: false,
    lossScale: 1,
    ...rest,
    groups: plain.map((group, index) => ({ weightDecay, factor: factors[index] ?? 1, ...group })),
    device: deviceOf(plain),
  };
}

function refuseOwnRates(groups: readonly PlainGroup[]): void {
  const index = groups.findIndex((group) => group.lr !== undefined);
  if (index >= 0)
    throw new TensorError(
      `${where}: group ${index} has an lr of its own, and lr gives the rate of every update; give lr as a number, and change the groups' lr between steps`,
    );
}

function deviceOf(groups: readonly PlainGroup[]): Device {
  const named = groups.flatMap((group) => group.named);
  const [[firstName, { device }] = named[0] as never, ...others] = named;
  for (const [name, parameter] of others) {
    if (parameter.device !== device)
      throw new TensorError(`${where}: the parameters ${firstName} and ${name} live on different devices`);
  }
  return device;
}

interface OneObject {
  readonly groups: readonly {
    readonly parameters: unknown;
    readonly weightDecay?: number;
    readonly learningRateFactor?: number;
  }[];
  readonly learningRates?: Float64Array;
  readonly epsilon?: number;
  readonly device?: unknown;
}

/** The form of first versions, `new AdamW({ groups, learningRates, … })`, in today's. */
function fromOneObject(params: unknown): [unknown, unknown, number[]] | null {
  if (typeof params !== 'object' || params === null || !Array.isArray((params as { groups?: unknown }).groups))
    return null;
  const { groups, learningRates, epsilon, device: _, ...rest } = params as OneObject;
  return [
    groups.map(({ parameters, weightDecay = 0 }) => ({ params: parameters, weightDecay })),
    {
      ...rest,
      ...(learningRates !== undefined && { lr: learningRates }),
      ...(epsilon !== undefined && { eps: epsilon }),
    },
    groups.map(({ learningRateFactor = 1 }) => learningRateFactor),
  ];
}
