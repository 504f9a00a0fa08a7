import { OptimizerMembers } from '@attune/kernels/internal';
import type { Device } from '../../device.ts';
import type { ArenaItem, ArenaPlace } from './parameterArena.ts';

/**
 * Which parameters of an optimizer take part in an update: those that have a gradient. Nothing is
 * stored while all take part in every update, which is the usual case.
 */
export class TakingPart {
  readonly #device: Device;
  readonly #items: readonly ArenaItem[];
  readonly #firstStep: number;
  readonly #takesPart: boolean[];
  /** Whether each ever missed an update. */
  readonly hasMissed: boolean[];
  /** Members for the kernels; null while all took part in every update. */
  members: OptimizerMembers | null = null;

  /** @param firstStep updates before the first of this optimizer */
  constructor(device: Device, items: readonly ArenaItem[], firstStep: number) {
    this.#device = device;
    this.#items = items;
    this.#firstStep = firstStep;
    this.hasMissed = items.map(() => false);
    this.#takesPart = items.map(() => true);
  }

  /**
   * Looks at the gradients before an update.
   *
   * @param places places of the trained parameters
   * @param frozen parameters that have been frozen so far
   * @returns the members; null while all took part in every update
   */
  ofUpdate(places: readonly ArenaPlace[], frozen: readonly ArenaItem[]): OptimizerMembers | null {
    let changed = false;
    let all = frozen.length === 0;
    for (const { parameter, member } of places) {
      changed ||= parameter.hasGrad !== this.#takesPart[member];
      this.#takesPart[member] = parameter.hasGrad;
      all &&= parameter.hasGrad;
    }
    if (all && !this.members) return null;
    if (!this.members) {
      for (const { member } of frozen) this.#takesPart[member] = false;
      // Frozen parameters also missed the updates before the first of this optimizer.
      this.restart((item) => (frozen.includes(item) ? this.#firstStep : 0));
    }
    for (const { member } of this.#items) if (!this.#takesPart[member]) this.hasMissed[member] = true;
    if (changed) this.members?.setTakingPart(this.#takesPart);
    return this.members;
  }

  /** Starts with these numbers of missed updates. */
  restart(missed: (item: ArenaItem) => number): void {
    this.members?.dispose();
    const counts = this.#items.map(missed);
    for (const [member, count] of counts.entries()) if (count > 0) this.hasMissed[member] = true;
    this.members = new OptimizerMembers(
      this.#device,
      this.#items.map(({ group }) => group),
      counts,
    );
    this.members.setTakingPart(this.#takesPart);
  }
}
