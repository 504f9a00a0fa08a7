import type { DynamicLossScale } from '@attune/kernels/internal';
import { flag, numberAtLeast, optional, provided, requireOptions, wholeNumber } from '@attune/validate';
import type { Kind } from '@attune/validate';
import type { Device } from '../device.ts';
import { TensorError } from '../errors.ts';
import { readParams } from './paramGroup.ts';
import type { PlainGroup } from './paramGroup.ts';
import type { RateGroup } from './arena/rates.ts';

/** Options that every optimizer takes. */
export interface OptimizerOptions {
  /**
   * The learning rate, which may be changed between steps: `optimizer.paramGroups[0].lr = …`, or by
   * `getScheduler`. An array holds the rate of every applied update of the run, where all are known
   * beforehand. Default 1e-3.
   */
  readonly lr?: number | Float64Array | undefined;
  /** Weight decay of groups that set none. Default 0. */
  readonly weightDecay?: number | undefined;
  /** Gradients with a larger global norm are scaled down to it; 0 for no clipping. Default 0. */
  readonly maxGradNorm?: number | undefined;
  /** Number of updates already applied, when a run is resumed. Default 0. */
  readonly firstStep?: number | undefined;
  /**
   * Whether to keep an f16 copy of every weight that matrix products read, for `autocast`. The
   * weights themselves, gradients and moments stay in f32. Default false.
   */
  readonly fp16?: boolean | undefined;
  /**
   * Factor of the loss, so that f16 gradients do not underflow. A dynamic one is halved when they
   * overflow. Default 1.
   */
  readonly lossScale?: number | DynamicLossScale | undefined;
}

const lr: Kind = {
  what: 'a number of at least 0, or a Float64Array with the rate of every update',
  holds: (value) =>
    typeof value === 'number'
      ? Number.isFinite(value) && value >= 0
      : value instanceof Float64Array && value.length > 0 && value.every(Number.isFinite),
};

export const betas: Kind = {
  what: 'two numbers of at least 0 and below 1',
  holds: (value) =>
    Array.isArray(value) && value.length === 2 && value.every((beta) => Number.isFinite(beta) && beta >= 0 && beta < 1),
};

const above = (least: number, end = Infinity): Kind => ({
  what: `a number above ${least}${end < Infinity ? ` and below ${end}` : ''}`,
  holds: (value) => Number.isFinite(value) && (value as number) > least && (value as number) < end,
});

const dynamicScale = {
  initial: optional(above(0)),
  growthInterval: optional(wholeNumber(1)),
  growthFactor: optional(above(1)),
  backoffFactor: optional(above(0, 1)),
  growthTracker: optional(wholeNumber(0)),
};

const lossScale: Kind = {
  what: 'a number above 0, or the options of a dynamic scale, such as {}',
  holds: (value) =>
    typeof value === 'number' ? Number.isFinite(value) && value > 0 : typeof value === 'object' && value !== null,
};

const commonKinds = {
  lr: optional(lr),
  weightDecay: optional(numberAtLeast(0)),
  maxGradNorm: optional(numberAtLeast(0)),
  firstStep: optional(wholeNumber(0)),
  fp16: optional(flag),
  lossScale: optional(lossScale),
};

const commonNames = {
  learningRate: 'it is called lr',
  learningRates: 'it is called lr, which takes a Float64Array too',
  epsilon: 'it is called eps',
  params: 'parameters come first: new AdamW(model.parameters(), { lr })',
  groups: 'groups come first: new AdamW([{ params, weightDecay }, …], { lr })',
  maximize: 'it is not implemented; negate the loss',
  foreach: 'all parameters are updated together anyway',
  fused: 'the update is fused anyway',
  device: 'the optimizer works where its parameters are',
};

/** The checked arguments of an optimizer, with defaults. */
export interface OptimizerArguments extends Required<Omit<OptimizerOptions, 'weightDecay'>> {
  readonly groups: readonly RateGroup[];
  readonly device: Device;
}

export interface OptimizerDescription {
  /** The call, for messages: `new AdamW`. */
  readonly where: string;
  readonly lr: number;
  readonly weightDecay: number;
  /** Kinds of the options that only this optimizer has. */
  readonly kinds: Readonly<Record<string, Kind>>;
  readonly otherNames?: Readonly<Record<string, string>> | undefined;
  /** For each group, the factor of rates that are known beforehand. Default 1. */
  readonly factors?: readonly number[] | undefined;
}

/**
 * Checks the arguments of an optimizer's constructor and adds the defaults of common options.
 *
 * @throws TensorError
 */
export function readOptimizerArguments<Own>(
  params: unknown,
  given: unknown,
  { where, lr: defaultLr, weightDecay: defaultDecay, kinds, otherNames, factors = [] }: OptimizerDescription,
): OptimizerArguments & Own {
  const advice = { error: TensorError, otherNames: { ...commonNames, ...otherNames } };
  requireOptions(where, given, { ...commonKinds, ...kinds }, advice);
  const { weightDecay = defaultDecay, ...rest } = given as OptimizerOptions & Own;
  if (typeof rest.lossScale === 'object')
    requireOptions(`${where}, lossScale`, rest.lossScale, dynamicScale, { error: TensorError });
  const plain = readParams(where, params);
  if (rest.lr instanceof Float64Array) refuseOwnRates(where, plain);
  return {
    lr: defaultLr,
    maxGradNorm: 0,
    firstStep: 0,
    fp16: false,
    lossScale: 1,
    ...(provided(rest) as Own),
    groups: plain.map((group, index) => ({ weightDecay, factor: factors[index] ?? 1, ...provided(group) })),
    device: deviceOf(where, plain),
  };
}

function refuseOwnRates(where: string, groups: readonly PlainGroup[]): void {
  const index = groups.findIndex((group) => group.lr !== undefined);
  if (index >= 0)
    throw new TensorError(
      `${where}: group ${index} has an lr of its own, and lr gives the rate of every update; give lr as a number, and change the groups' lr between steps`,
    );
}

function deviceOf(where: string, groups: readonly PlainGroup[]): Device {
  const named = groups.flatMap((group) => group.named);
  const [[firstName, { device }] = named[0] as never, ...others] = named;
  for (const [name, parameter] of others) {
    if (parameter.device !== device)
      throw new TensorError(`${where}: the parameters ${firstName} and ${name} are on different devices`);
  }
  return device;
}
