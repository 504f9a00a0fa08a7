import type { OptimizerState, UpdateRecord } from '@attune/kernels/internal';
import { ParamGroup } from './paramGroup.ts';
import type { PlainGroup } from './paramGroup.ts';

/** Rows of the table of bias corrections to begin with; it doubles when they are used up. */
const firstRows = 1024;

export interface RateGroup extends PlainGroup {
  readonly weightDecay: number;
  /** Multiplies rates that are known beforehand. */
  readonly factor: number;
}

/**
 * The learning rates of an optimizer's groups. Rates that are known beforehand stand in a table on
 * the GPU, by updates applied. Otherwise that table has a rate of 1 for every update, beside the
 * corrections of bias, and the groups' own rates multiply it.
 */
export class Rates {
  readonly groups: readonly ParamGroup[];
  readonly #given: Float64Array | null;
  readonly #factors: readonly number[];
  readonly #mostRows: number;
  readonly #told = new Map<number, number>();
  #rows: number;
  #applied: number;
  #updates = 0;
  #written: readonly number[];

  constructor(
    groups: readonly RateGroup[],
    lr: number | Float64Array,
    { mostRows, firstStep }: { readonly mostRows: number; readonly firstStep: number },
  ) {
    // The first update may be another kind than those after it, which repeat the last rate.
    this.#given = typeof lr === 'number' ? null : lr.length > 1 ? lr : new Float64Array(2).fill(lr[0] ?? 0);
    this.#factors = groups.map(({ factor }) => factor);
    this.#applied = firstStep;
    this.#mostRows = mostRows;
    this.#rows = Math.min(this.#mostRows, firstStep + firstRows);
    const given = this.#given;
    this.groups = groups.map(({ named, lr: own, weightDecay, factor }) => {
      const next = () => factor * (given?.[Math.min(this.#applied, given.length - 1)] ?? 0);
      return new ParamGroup(named, typeof lr === 'number' ? (own ?? lr) : { next }, weightDecay);
    });
    this.#written = this.#values();
  }

  /** Rates by row, as the optimizer's state takes them. */
  table(): Float64Array {
    return this.#given ?? new Float64Array(this.#rows).fill(1);
  }

  kernelGroups(): { weightDecay: number; learningRateFactor: number }[] {
    return this.groups.map(({ lr, weightDecay }, index) => ({
      weightDecay,
      learningRateFactor: this.#given ? (this.#factors[index] as number) : lr,
    }));
  }

  /** Says how many updates were applied before, when a state is loaded. */
  startAt(applied: number): void {
    this.#applied = applied;
  }

  /** Before each update: brings what has changed to the GPU. */
  write(state: OptimizerState): void {
    const values = this.#values();
    if (values.some((value, index) => value !== this.#written[index])) state.setGroups(this.kernelGroups());
    this.#written = values;
    if (!this.#given && this.#applied >= this.#rows && this.#rows < this.#mostRows) {
      this.#rows = Math.min(this.#mostRows, 2 * this.#applied);
      state.extendSchedule(this.table());
    }
  }

  /** After each update. */
  count(): void {
    this.#applied += 1;
    this.#updates += 1;
    if (!this.#given) this.#told.set(this.#updates, this.groups[0]?.lr ?? 0);
  }

  /** A record with the rate that the update was given: that of the first group. */
  inRecord(record: UpdateRecord): UpdateRecord {
    if (this.#given) return record;
    const learningRate = this.#told.get(record.update) ?? record.learningRate;
    for (const update of this.#told.keys()) if (update <= record.update) this.#told.delete(update);
    return { ...record, learningRate };
  }

  #values(): number[] {
    return this.groups.flatMap(({ lr, weightDecay }) => (this.#given ? [weightDecay] : [weightDecay, lr]));
  }
}
