import { adafactorUpdate, decideUpdate } from '@attune/kernels/internal';
import type { GpuArray } from '@attune/kernels';
import { flag, numberAtLeast, numberBetween, optional, orNull } from '@attune/validate';
import { TensorError } from '../errors.ts';
import { ArenaOptimizer } from './arena/arenaOptimizer.ts';
import type { OtherEntry, UpdateParts } from './arena/arenaOptimizer.ts';
import { readOptimizerArguments } from './optimizerOptions.ts';
import type { OptimizerOptions } from './optimizerOptions.ts';
import type { ArenaPlace } from './arena/parameterArena.ts';
import type { Params } from './paramGroup.ts';
import { requireAtMost } from '../surplusArguments.ts';

/** Options of `new Adafactor`. `lr` is required without `relativeStep`, and refused with it. */
export interface AdafactorOptions extends OptimizerOptions {
  /** Added to squared gradients, and the least scale of a parameter. Default [1e-30, 1e-3]. */
  readonly eps?: readonly [number, number] | undefined;
  /** Updates whose root mean square is larger are scaled down to it. Default 1. */
  readonly clipThreshold?: number | undefined;
  /** Exponent of the decay of the means of squares. Default -0.8. */
  readonly decayRate?: number | undefined;
  /** Decay of the running mean of updates; null for none, which saves its memory. Default null. */
  readonly beta1?: number | null | undefined;
  /** Whether the rate is multiplied by the root mean square of each parameter. Default true. */
  readonly scaleParameter?: boolean | undefined;
  /** Whether the rate is 1 / sqrt(update), at most 0.01. Default true. */
  readonly relativeStep?: boolean | undefined;
  /** Whether the relative rate rises from 1e-6. Default false. */
  readonly warmupInit?: boolean | undefined;
}

type OwnOptions = Omit<AdafactorOptions, keyof OptimizerOptions>;

const description = {
  where: 'new Adafactor',
  lr: 1,
  weightDecay: 0,
  kinds: {
    eps: optional({
      what: 'two numbers above 0',
      holds: (value: unknown) =>
        Array.isArray(value) && value.length === 2 && value.every((one) => Number.isFinite(one) && one > 0),
    }),
    clipThreshold: optional(numberAtLeast(Number.MIN_VALUE)),
    decayRate: optional(numberBetween(-10, 0)),
    beta1: optional(orNull(numberBetween(0, 1))),
    scaleParameter: optional(flag),
    relativeStep: optional(flag),
    warmupInit: optional(flag),
  },
};

/**
 * Adafactor: means of squared gradients by row and column, so that a matrix needs almost no memory
 * besides its weights and gradients.
 *
 *     const optimizer = new Adafactor(model.parameters(), { lr: 1e-3, scaleParameter: false,
 *     relativeStep: false });
 *
 * Shazeer, Stern, 2018. Formulas, names and defaults of `transformers.optimization.Adafactor`, not
 * of `torch.optim.Adafactor`, whose defaults differ. See `AdamW` for what all optimizers have in
 * common.
 */
export class Adafactor extends ArenaOptimizer {
  readonly #options: Required<OwnOptions>;
  readonly #own = new Map<ArenaPlace, OtherEntry[]>();

  /**
   * @param params as for `AdamW`
   * @throws TensorError where `lr` and `relativeStep` contradict each other, and as `AdamW` does
   */
  constructor(params: Params, options: AdafactorOptions = {}) {
    const given = readOptimizerArguments<OwnOptions>(params, options, description);
    requireAtMost('new Adafactor', 2, arguments);
    const own = withDefaults(given);
    refuseContradictions(options, own);
    const { relativeStep, warmupInit, decayRate } = own;
    const corrections = (update: number) => {
      const relative = Math.min(warmupInit ? 1e-6 * update : 1e-2, 1 / Math.sqrt(update));
      return { divisor: relativeStep ? 1 / relative : 1, correction: update ** decayRate };
    };
    const moments = own.beta1 === null ? [] : ['exp_avg'];
    super({ name: 'Adafactor', moments, corrections, lastCorrection: Infinity }, given);
    this.#options = own;
  }

  protected override recordUpdate({ state, segments, members, arenas }: UpdateParts): void {
    decideUpdate(this.device, { state, segments, members });
    const { eps: epsilon, clipThreshold, beta1, scaleParameter } = this.#options;
    const input = { state, members, epsilon, clipThreshold, beta1, scaleParameter };
    for (const { places, segments: own } of arenas) {
      for (const place of places) {
        const { parameter, offset, weights, group, member } = place;
        const { gradients, moments } = own[place.segment] as (typeof segments)[number];
        const part = (array: GpuArray | undefined, what: string) => array?.view(offset, parameter.size, what);
        const entries = Object.fromEntries(this.otherEntries(place).map(({ prefix, array }) => [prefix, array]));
        adafactorUpdate(
          this.device,
          {
            shape: parameter.shape,
            weights,
            gradients: part(gradients, 'gradients') as GpuArray,
            average: part(moments[0], 'exp_avg'),
            squares: entries['exp_avg_sq'],
            rows: entries['exp_avg_sq_row'],
            columns: entries['exp_avg_sq_col'],
            id: members ? member : group,
          },
          input,
        );
      }
    }
  }

  protected override otherEntries(place: ArenaPlace): readonly OtherEntry[] {
    const known = this.#own.get(place);
    if (known) return known;
    const { shape } = place.parameter;
    const shapes: [string, readonly number[]][] =
      shape.length < 2
        ? [['exp_avg_sq', shape]]
        : [
            ['exp_avg_sq_row', shape.slice(0, -1)],
            ['exp_avg_sq_col', [...shape.slice(0, -2), ...shape.slice(-1)]],
          ];
    const entries = shapes.map(([prefix, own]) => {
      const size = own.reduce((product, length) => product * length, 1);
      return { prefix, shape: own, array: this.device.allocatePersistent('f32', size, `${prefix} of ${place.name}`) };
    });
    this.#own.set(place, entries);
    return entries;
  }

  override dispose(): void {
    super.dispose();
    if (!this.device.failed)
      for (const entries of this.#own.values()) for (const { array } of entries) this.device.release(array);
    this.#own.clear();
  }
}

function withDefaults(given: OwnOptions): Required<OwnOptions> {
  return {
    eps: given.eps ?? [1e-30, 1e-3],
    clipThreshold: given.clipThreshold ?? 1,
    decayRate: given.decayRate ?? -0.8,
    beta1: given.beta1 ?? null,
    scaleParameter: given.scaleParameter ?? true,
    relativeStep: given.relativeStep ?? true,
    warmupInit: given.warmupInit ?? false,
  };
}

function refuseContradictions(options: AdafactorOptions, { relativeStep, warmupInit }: Required<OwnOptions>): void {
  const fail = (message: string) => {
    throw new TensorError(`new Adafactor: ${message}`);
  };
  if (relativeStep && options.lr !== undefined)
    fail('relativeStep is true, so that the rate follows the update: leave lr out, or set relativeStep to false');
  if (!relativeStep && options.lr === undefined) fail('lr is needed where relativeStep is false');
  if (warmupInit && !relativeStep) fail('warmupInit needs relativeStep');
}
