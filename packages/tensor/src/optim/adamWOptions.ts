import { numberAtLeast, optional } from '@attune/validate';
import { betas, readOptimizerArguments } from './optimizerOptions.ts';
import type { OptimizerArguments, OptimizerOptions } from './optimizerOptions.ts';

/** Options of `new AdamW`. */
export interface AdamWOptions extends OptimizerOptions {
  /** Decay of the running means of gradients and of their squares. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number] | undefined;
  /** Added to the denominator. Default 1e-8. */
  readonly eps?: number | undefined;
  /** Decoupled weight decay of groups that set none. Default 0.01. */
  readonly weightDecay?: number | undefined;
}

const description = {
  where: 'new AdamW',
  lr: 1e-3,
  weightDecay: 0.01,
  kinds: { betas: optional(betas), eps: optional(numberAtLeast(0)) },
  otherNames: { amsgrad: 'it is not implemented' },
};

interface AdamWArguments extends OptimizerArguments {
  readonly betas: readonly [number, number];
  readonly eps: number;
}

/** Checks the arguments of `new AdamW(params, options)` and adds defaults. */
export function readAdamWArguments(params: unknown, given: unknown): AdamWArguments {
  const [first, options, factors] = fromOneObject(params, given) ?? [params, given, []];
  const read = readOptimizerArguments<Pick<AdamWOptions, 'betas' | 'eps'>>(first, options, { ...description, factors });
  return { betas: [0.9, 0.999], eps: 1e-8, ...read } as AdamWArguments;
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

/** Converts the form of first versions, `new AdamW({ groups, learningRates, … })`. */
function fromOneObject(params: unknown, given: unknown): [unknown, unknown, number[]] | null {
  if (typeof params !== 'object' || params === null || !Array.isArray((params as { groups?: unknown }).groups))
    return null;
  const { groups, learningRates, epsilon, device: _, ...rest } = params as OneObject;
  return [
    groups.map(({ parameters, weightDecay = 0, learningRateFactor: __, ...others }) => ({
      params: parameters,
      weightDecay,
      ...others,
    })),
    {
      ...(given as object),
      ...rest,
      ...(learningRates !== undefined && { lr: learningRates }),
      ...(epsilon !== undefined && { eps: epsilon }),
    },
    groups.map(({ learningRateFactor = 1 }) => learningRateFactor),
  ];
}
