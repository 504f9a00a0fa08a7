import type { GpuArray } from '@attune/kernels';
import type { MomentSegment } from '@attune/kernels/internal';
import type { Device } from '../../device.ts';
import { TensorError } from '../../errors.ts';
import { HalfCopies } from '../../nn/parameter/halfCopies.ts';
import { alignedElements } from '../../nn/parameter/parameter.ts';
import type { ContiguousGroup, Parameter } from '../../nn/parameter/parameter.ts';
import { SegmentGradients } from './segmentGradients.ts';

/** The id of a group or a member stands for so many elements. */
const elementsPerId = 64;

/**
 * On GPUs a segment ends at so many elements, though more could be bound: each of them has memory
 * for gradients only from the first that comes, when results of the forward pass have gone already.
 * What is longer than half of that, such as an embedding, whose gradient comes last, lies alone. On
 * processors segments stay as long as can be, which is the order of sums that they always had.
 */
const elementsOfSegment = 2 ** 25;

export interface ArenaItem {
  readonly name: string;
  readonly parameter: Parameter;
  /** Number of its parameter group. */
  readonly group: number;
  /** Its number among all parameters of the optimizer. */
  readonly member: number;
}

/** Where a parameter lies. */
export interface ArenaPlace extends ArenaItem {
  readonly segment: number;
  /** First element in the segment. */
  readonly offset: number;
  /** The memory of its weights there. */
  weights: GpuArray;
}

/** What a segment keeps from update to update. */
type ArenaSegment = Omit<MomentSegment, 'gradients'>;

export interface ParameterArenaOptions {
  /** Matrix operands have f16 copies. Default false. */
  readonly fp16?: boolean | undefined;
  /** Names of what is kept of each element. */
  readonly moments: readonly string[];
  /** What the moments begin with. Default 0. */
  readonly initialMoment?: number | undefined;
}

const roundUp = (size: number, multiple: number) => Math.ceil(size / multiple) * multiple;

/**
 * All parameters of an optimizer side by side, with their gradients and moments at the same places,
 * so that one kernel updates them all. The arena is cut into segments that the adapter can bind.
 */
export class ParameterArena {
  readonly places: readonly ArenaPlace[];
  readonly segments: ArenaSegment[];
  readonly #gradients: readonly SegmentGradients[];
  /** Of the segments of matrix operands, in mixed precision. */
  readonly #halves: readonly (HalfCopies | null)[];
  readonly #device: Device;

  /** Moves the parameters here. */
  constructor(
    device: Device,
    items: readonly ArenaItem[],
    { fp16 = false, moments, initialMoment = 0 }: ParameterArenaOptions,
  ) {
    this.#device = device;
    const { maxStorageBufferBindingSize, maxBufferSize } = device.info.limits;
    const { places, segments } = layOut(
      items,
      {
        most: Math.floor(Math.min(maxStorageBufferBindingSize, maxBufferSize) / 4),
        usual: device.profile.software ? Infinity : elementsOfSegment,
      },
      fp16,
    );
    this.segments = segments.map(({ length }, segment) => {
      const allocate = (what: string): GpuArray => device.allocatePersistent('f32', length, `${what} ${segment}`);
      const groupIds = device.allocatePersistent('u32', length / elementsPerId, `parameter groups ${segment}`);
      device.write(groupIds, idsOf(length, places, segment, 'group'));
      return {
        weights: allocate('weights'),
        moments: moments.map((name) => {
          const moment = allocate(name);
          if (initialMoment !== 0) device.write(moment, new Float32Array(length).fill(initialMoment));
          return moment;
        }),
        groupIds,
        length,
      };
    });
    this.#gradients = segments.map(({ length, hasFp16 }, segment) => {
      const covered = places.reduce((sum, place) => sum + (place.segment === segment ? place.parameter.size : 0), 0);
      // Products write what others add up.
      const isWritten = hasFp16 && covered === length;
      return new SegmentGradients(device, { length, label: `gradients ${segment}`, isWritten });
    });
    this.#halves = segments.map(({ hasFp16 }, segment) =>
      hasFp16 ? new HalfCopies(device, this.#segment(segment).weights, `f16 weights ${segment}`) : null,
    );
    this.places = places.map((place) => ({ ...place, weights: this.#weightsOf(place) }));
    this.#moveIn();
  }

  /** Moves weights here, and the gradients that have come already. */
  #moveIn(): void {
    const device = this.#device;
    const old: (GpuArray | null)[] = [];
    for (const place of this.places) {
      const { parameter, name, offset, weights } = place;
      const gradients = this.#gradients[place.segment] as SegmentGradients;
      device.copy(parameter.array, weights);
      // Names nothing of the arena but these, so that its moments go when nobody has the optimizer.
      old.push(parameter.moveTo(weights, gradients.placeOf(offset, parameter.size, name)));
      parameter.setHalfCopies(this.#halves[place.segment] ?? null, offset);
    }
    for (const array of old) if (array) device.release(array);
  }

  /**
   * The segments as the update takes them: those of which a member has ever missed an update go by
   * member from then on.
   *
   * @param hasMissed by member
   */
  segmentsWhere(hasMissed: readonly boolean[]): readonly MomentSegment[] {
    for (const { segment, member } of this.places) {
      const arrays = this.#segment(segment);
      if (arrays.memberIds || !hasMissed[member]) continue;
      const memberIds = this.#device.allocatePersistent('u32', arrays.length / elementsPerId, `members ${segment}`);
      this.#device.write(memberIds, idsOf(arrays.length, this.places, segment, 'member'));
      this.segments[segment] = { ...arrays, memberIds };
    }
    return this.segments.map((arrays, segment) => ({
      ...arrays,
      gradients: (this.#gradients[segment] as SegmentGradients).array,
    }));
  }

  /** Lets all gradients go. */
  zeroGrad(): void {
    for (const { parameter, weights } of this.places) if (parameter.memory === weights) parameter.gradWasReleased();
    for (const gradients of this.#gradients) gradients.release();
    for (const halves of this.#halves) halves?.needNotStay();
  }

  /** Says that an update changes the weights. */
  outdateHalves(): void {
    for (const halves of this.#halves) halves?.outdate();
  }

  #segment(number: number): ArenaSegment {
    return this.segments[number] as ArenaSegment;
  }

  #weightsOf({ segment, offset, parameter, name }: LaidItem): GpuArray {
    return this.#segment(segment).weights.view(offset, parameter.size, `weights of ${name}`);
  }

  /**
   * Gives every parameter memory of its own again, or its contiguous group, and the arena's back.
   */
  dispose(): void {
    const device = this.#device;
    const groups = new Set<ContiguousGroup>();
    for (const place of this.places) {
      const { parameter, name, weights } = place;
      // Disposed, or moved on to another optimizer.
      if (parameter.memory !== weights) continue;
      parameter.setHalfCopies(null);
      if (parameter.disposed) continue;
      const own = device.allocatePersistent('f32', parameter.size, `parameter ${name}`);
      device.copy(weights, own);
      parameter.moveTo(own, null);
      if (parameter.contiguousGroup) groups.add(parameter.contiguousGroup);
    }
    for (const group of groups) group.join();
    for (const { length: _, moments, ...arrays } of this.segments)
      for (const array of [...moments, ...Object.values(arrays)]) device.release(array);
    for (const gradients of this.#gradients) gradients.release();
    this.outdateHalves();
  }
}

/** For every 64 elements of a segment, the group or the member that they belong to. */
function idsOf(length: number, places: readonly LaidItem[], segment: number, what: 'group' | 'member'): Uint32Array {
  const ids = new Uint32Array(length / elementsPerId);
  for (const { segment: own, offset, parameter, [what]: id } of places) {
    if (own === segment) ids.fill(id, offset / elementsPerId, Math.ceil((offset + parameter.size) / elementsPerId));
  }
  return ids;
}

type LaidItem = Omit<ArenaPlace, 'weights'>;

interface SegmentLengths {
  /** Elements that can be bound. */
  readonly most: number;
  /** Elements that a segment has at most, unless one parameter has more. */
  readonly usual: number;
}

interface SegmentPlan {
  length: number;
  readonly hasFp16: boolean;
}

function layOut(
  items: readonly ArenaItem[],
  { most, usual }: SegmentLengths,
  fp16: boolean,
): { places: LaidItem[]; segments: SegmentPlan[] } {
  const places: LaidItem[] = [];
  const segments: SegmentPlan[] = [];
  const lay = (chosen: readonly ArenaItem[], hasFp16: boolean) => {
    let last: SegmentPlan | undefined;
    const roundedSize = ({ parameter }: ArenaItem) => roundUp(parameter.size, alignedElements[hasFp16 ? 'f16' : 'f32']);
    let closed = false;
    for (const together of contiguousRuns(chosen)) {
      const size = together.reduce((sum, item) => sum + roundedSize(item), 0);
      const alone = size > usual / 2;
      if (!last || closed || alone || last.length + size > Math.min(usual, most))
        segments.push((last = { length: 0, hasFp16 }));
      closed = alone;
      for (const item of together) {
        const { name, parameter } = item;
        if (roundedSize(item) > most) {
          throw new TensorError(
            `the parameter ${name} has ${parameter.size} elements; this adapter binds at most ${most} in one array`,
          );
        }
        if (last.length + roundedSize(item) > most) segments.push((last = { length: 0, hasFp16 }));
        places.push({ ...item, segment: segments.length - 1, offset: last.length });
        last.length += roundedSize(item);
      }
    }
  };
  const hasFp16 = ({ parameter }: ArenaItem) => fp16 && parameter.isMatrixOperand;
  lay(items.filter(hasFp16), true);
  lay(
    items.filter((item) => !hasFp16(item)),
    false,
  );
  return { places, segments };
}

/** The items one by one, but those of a contiguous group together where it is whole. */
function contiguousRuns(items: readonly ArenaItem[]): ArenaItem[][] {
  const byParameter = new Map(items.map((item) => [item.parameter, item]));
  const placed = new Set<Parameter>();
  return items.flatMap((item) => {
    if (placed.has(item.parameter)) return [];
    const group = item.parameter.contiguousGroup?.parameters.map((parameter) => byParameter.get(parameter)) ?? [];
    const together = group.length > 0 && !group.includes(undefined) ? (group as ArenaItem[]) : [item];
    for (const { parameter } of together) placed.add(parameter);
    return [together];
  });
}
