import type { GpuArray } from '@attune/kernels';
import type { MomentSegment } from '@attune/kernels/internal';
import type { Device } from '../../device.ts';
import { TensorError } from '../../errors.ts';
import { HalfCopies } from '../../nn/parameter/halfCopies.ts';
import { alignedElements } from '../../nn/parameter/parameter.ts';
import type { ContiguousGroup, Parameter } from '../../nn/parameter/parameter.ts';
import { SegmentGradients } from './segmentGradients.ts';

/** Number of elements that share the id of a group or member. */
const elementsPerId = 64;

/**
 * Elements of a segment on GPUs, although more could be bound: a segment gets memory for gradients
 * only with its first gradient, when results of the forward pass have been released already. A
 * parameter of more than half of this, such as an embedding, whose gradient comes last, has a
 * segment of its own. On software adapters segments are as long as possible, which keeps their
 * order of summation.
 */
const elementsOfSegment = 2 ** 25;

export interface ArenaItem {
  readonly name: string;
  readonly parameter: Parameter;
  /** Index of its parameter group. */
  readonly group: number;
  /** Its index among all parameters of the optimizer. */
  readonly member: number;
}

/** Where a parameter lies. */
export interface ArenaPlace extends ArenaItem {
  readonly segment: number;
  /** Index of its first element in the segment. */
  readonly offset: number;
  /** The memory of its weights there. */
  weights: GpuArray;
}

/** The part of a segment that stays from update to update. */
type ArenaSegment = Omit<MomentSegment, 'gradients'>;

export interface ParameterArenaOptions {
  /** Whether matrix operands have f16 copies. Default false. */
  readonly fp16?: boolean | undefined;
  /** Names of the moments of each element. */
  readonly moments: readonly string[];
  /** Initial value of the moments. Default 0. */
  readonly initialMoment?: number | undefined;
}

const roundUp = (size: number, multiple: number) => Math.ceil(size / multiple) * multiple;

/**
 * All parameters of an optimizer side by side, with their gradients and moments at the same
 * offsets, so that one kernel updates them all. The arena is cut into segments that the adapter can
 * bind.
 */
export class ParameterArena {
  readonly places: readonly ArenaPlace[];
  readonly segments: ArenaSegment[];
  readonly #gradients: readonly SegmentGradients[];
  /** f16 copies of the segments of matrix operands, in mixed precision. */
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
      // Gradients of matrix operands are written by products; others are accumulated.
      const isWritten = hasFp16 && covered === length;
      return new SegmentGradients(device, { length, label: `gradients ${segment}`, isWritten });
    });
    this.#halves = segments.map(({ hasFp16 }, segment) =>
      hasFp16 ? new HalfCopies(device, this.#segment(segment).weights, `f16 weights ${segment}`) : null,
    );
    this.places = places.map((place) => ({ ...place, weights: this.#weightsOf(place) }));
    this.#moveIn();
  }

  /** Moves weights here, and existing gradients. */
  #moveIn(): void {
    const device = this.#device;
    const old: (GpuArray | null)[] = [];
    for (const place of this.places) {
      const { parameter, name, offset, weights } = place;
      const gradients = this.#gradients[place.segment] as SegmentGradients;
      device.copy(parameter.array, weights);
      // Refers to nothing else of the arena, so that its moments are freed with the optimizer.
      old.push(parameter.moveTo(weights, gradients.placeOf(offset, parameter.size, name)));
      parameter.setHalfCopies(this.#halves[place.segment] ?? null, offset);
    }
    for (const array of old) if (array) device.release(array);
  }

  /**
   * The segments as the update takes them: once a member of a segment has missed an update, the
   * segment is updated by member.
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

  /** Releases all gradients. */
  zeroGrad(): void {
    for (const { parameter, weights } of this.places) if (parameter.memory === weights) parameter.gradWasReleased();
    for (const gradients of this.#gradients) gradients.release();
    for (const halves of this.#halves) halves?.needNotStay();
  }

  /** Notes that an update changes the weights. */
  outdateHalves(): void {
    for (const halves of this.#halves) halves?.outdate();
  }

  #segment(number: number): ArenaSegment {
    return this.segments[number] as ArenaSegment;
  }

  #weightsOf({ segment, offset, parameter, name }: LaidItem): GpuArray {
    return this.#segment(segment).weights.view(offset, parameter.size, `weights of ${name}`);
  }

  /** Gives every parameter, or contiguous group, its own memory again, and releases the arena's. */
  dispose(): void {
    const device = this.#device;
    const groups = new Set<ContiguousGroup>();
    for (const place of this.places) {
      const { parameter, name, weights } = place;
      // It was disposed, or moved to another optimizer.
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

/** The group or member that every 64 elements of a segment belong to. */
function idsOf(length: number, places: readonly LaidItem[], segment: number, what: 'group' | 'member'): Uint32Array {
  const ids = new Uint32Array(length / elementsPerId);
  for (const { segment: own, offset, parameter, [what]: id } of places) {
    if (own === segment) ids.fill(id, offset / elementsPerId, Math.ceil((offset + parameter.size) / elementsPerId));
  }
  return ids;
}

type LaidItem = Omit<ArenaPlace, 'weights'>;

interface SegmentLengths {
  /** Number of elements that can be bound. */
  readonly most: number;
  /** Number of elements of a segment at most, unless one parameter has more. */
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

/** The items as runs: those of a complete contiguous group together, others one by one. */
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
