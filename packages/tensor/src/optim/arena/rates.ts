import type { OptimizerState, UpdateRecord } from '@attune/kernels/internal';
import { ParamGroup } from '../paramGroup.ts';
import type { PlainGroup } from '../paramGroup.ts';

/** Initial rows of the table of bias corrections; it doubles when they are used up. */
const firstRows = 1024;

export interface RateGroup extends PlainGroup {
  readonly weightDecay: number;
  /** Factor of rates that are known beforehand. */
  readonly factor: number;
}

/** Updates that the GPU may have skipped without the optimizer knowing. */
const mostSkipped = 256;

/**
 * The learning rates of an optimizer's groups, in a table on the GPU, by applied updates. Rates
 * that are known beforehand are there from the start. Otherwise the rate of the first group is
 * written before each update for which it changes, and those of other groups are multiples of it;
 * both ways give the same bits.
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
    // At least two rows: the corrections of the first update may differ from those of later ones,
    // which repeat the last row.
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

  /** The rates by row, as the optimizer's state takes them. */
  table(): Float64Array {
    return this.#given ?? new Float64Array(this.#rows).fill(this.#base());
  }

  kernelGroups(): { weightDecay: number; learningRateFactor: number }[] {
    return this.groups.map(({ lr, weightDecay }, index) => ({
      weightDecay,
      learningRateFactor: this.#given ? (this.#factors[index] as number) : this.#ratio(lr),
    }));
  }

  /** Sets how many updates were applied before, when a state is loaded. */
  startAt(applied: number): void {
    this.#applied = applied;
  }

  /** Called before each update: writes changed rates to the GPU. */
  write(state: OptimizerState): void {
    const values = this.#values();
    if (values.some((value, index) => value !== this.#written[index])) state.setGroups(this.kernelGroups());
    this.#written = values;
    if (!this.#given && this.#applied >= this.#rows && this.#rows < this.#mostRows) {
      this.#rows = Math.min(this.#mostRows, 2 * this.#applied);
      state.extendSchedule(this.table());
    }
    if (!this.#given) this.#writeBase(state);
  }

  /** Called after each update. */
  count(): void {
    this.#applied += 1;
    this.#updates += 1;
    if (!this.#given) this.#told.set(this.#updates, this.groups[0]?.lr ?? 0);
  }

  /** The record with the rate that the update used: that of the first group. */
  inRecord(record: UpdateRecord): UpdateRecord {
    if (this.#given) return record;
    const learningRate = this.#told.get(record.update) ?? record.learningRate;
    for (const update of this.#told.keys()) if (update <= record.update) this.#told.delete(update);
    return { ...record, learningRate };
  }

  /** The rate in the table: the first group's, or 1 where that is 0 and another's is not. */
  #base(): number {
    const [first = 0, ...others] = this.groups.map(({ lr }) => lr);
    return first === 0 && others.some((lr) => lr !== 0) ? 1 : first;
  }

  #ratio(lr: number): number {
    const base = this.#base();
    return base === 0 ? 1 : lr / base;
  }

  /**
   * Writes the rate to the row of this update, and to earlier rows, in case updates were skipped.
   */
  #writeBase(state: OptimizerState): void {
    const base = this.#base();
    const row = Math.min(this.#applied, this.#rows - 1);
    const first = Math.max(0, row - mostSkipped);
    if (state.learningRates.subarray(first, row + 1).every((rate) => rate === base)) return;
    state.setLearningRates(new Float64Array(row + 1 - first).fill(base), first);
  }

  #values(): number[] {
    return this.groups.flatMap(({ lr, weightDecay }) => (this.#given ? [weightDecay] : [weightDecay, this.#ratio(lr)]));
  }
}
