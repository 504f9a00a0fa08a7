import type { ArenaSegment, GpuArray } from '@attune/kernels';
import type { Device } from '../device.ts';
import { TensorError } from '../errors.ts';
import type { Parameter } from '../nn/parameter.ts';
import { alignedElements, makeContiguous } from '../nn/contiguous.ts';

/** A group id stands for so many elements. */
const elementsPerGroupId = 64;

export interface ArenaItem {
  readonly name: string;
  readonly parameter: Parameter;
  /** Number of its parameter group. */
  readonly group: number;
}

/** Where a parameter lies. */
export interface ArenaPlace extends ArenaItem {
  readonly segment: number;
  /** First element in the segment. */
  readonly offset: number;
}

export interface ParameterArenaOptions {
  /** Keep f16 copies of matrix operands. Default false. */
  readonly fp16?: boolean;
}

const roundUp = (size: number, multiple: number) => Math.ceil(size / multiple) * multiple;

/**
 * All parameters of an optimizer side by side, with their gradients and moments at the same places,
 * so that one kernel updates them all. The arena is cut into segments that the adapter can bind.
 */
export class ParameterArena {
  readonly places: readonly ArenaPlace[];
  readonly segments: readonly ArenaSegment[];
  readonly #device: Device;

  /** Moves the parameters here. Their gradients start at zero. */
  constructor(device: Device, items: readonly ArenaItem[], { fp16 = false }: ParameterArenaOptions = {}) {
    this.#device = device;
    const { maxStorageBufferBindingSize, maxBufferSize } = device.info.limits;
    const { places, segments } = layOut(
      items,
      Math.floor(Math.min(maxStorageBufferBindingSize, maxBufferSize) / 4),
      fp16,
    );
    this.places = places;
    this.segments = segments.map(({ length, hasFp16 }, segment) => {
      const allocate = (what: string): GpuArray => device.allocatePersistent('f32', length, `${what} ${segment}`);
      const groupIds = new Uint32Array(length / elementsPerGroupId);
      for (const { segment: own, group, offset, parameter } of places) {
        if (own === segment)
          groupIds.fill(group, offset / elementsPerGroupId, Math.ceil((offset + parameter.size) / elementsPerGroupId));
      }
      const ids = device.allocatePersistent('u32', groupIds.length, `parameter groups ${segment}`);
      device.write(ids, groupIds);
      return {
        weights: allocate('weights'),
        gradients: allocate('gradients'),
        expAvg: allocate('exp_avg'),
        expAvgSq: allocate('exp_avg_sq'),
        groupIds: ids,
        ...(hasFp16 && { fp16Weights: device.allocatePersistent('f16', length, `f16 weights ${segment}`) }),
        length,
      };
    });
    const old: GpuArray[] = [];
    for (const place of places) {
      const { parameter } = place;
      const weights = this.view(place, 'weights');
      device.copy(parameter.array, weights);
      old.push(parameter.array);
      parameter.clearGrad();
      parameter.moveTo(weights, this.view(place, 'gradients'));
      if (this.segments[place.segment]?.fp16Weights) parameter.setFp16Array(this.view(place, 'fp16Weights'));
    }
    for (const array of old) device.release(array);
  }

  /** A parameter's part of one of the arena's arrays. */
  view({ segment, offset, parameter, name }: ArenaPlace, what: 'weights' | 'gradients' | 'fp16Weights'): GpuArray {
    const array = this.segments[segment]?.[what];
    if (!array) throw new TensorError(`the arena has no ${what} for ${name}`);
    return array.view(offset, parameter.size, `${what} of ${name}`);
  }

  /**
   * Gives every parameter memory of its own again, or its contiguous group, and the arena's back.
   */
  dispose(): void {
    const device = this.#device;
    const groups = new Set<readonly Parameter[]>();
    for (const place of this.places) {
      const { parameter, name } = place;
      parameter.setFp16Array(null);
      if (parameter.array.released) continue;
      const own = device.allocatePersistent('f32', parameter.size, `parameter ${name}`);
      device.copy(parameter.array, own);
      parameter.moveTo(own, null);
      if (parameter.contiguousGroup) groups.add(parameter.contiguousGroup);
    }
    for (const group of groups) makeContiguous(group);
    for (const { weights, gradients, expAvg, expAvgSq, groupIds, fp16Weights } of this.segments) {
      for (const array of [weights, gradients, expAvg, expAvgSq, groupIds, ...(fp16Weights ? [fp16Weights] : [])])
        device.release(array);
    }
  }
}

interface SegmentPlan {
  length: number;
  readonly hasFp16: boolean;
}

function layOut(
  items: readonly ArenaItem[],
  mostElements: number,
  fp16: boolean,
): { places: ArenaPlace[]; segments: SegmentPlan[] } {
  const places: ArenaPlace[] = [];
  const segments: SegmentPlan[] = [];
  const lay = (chosen: readonly ArenaItem[], hasFp16: boolean) => {
    let last: SegmentPlan | undefined;
    const roundedSize = ({ parameter }: ArenaItem) => roundUp(parameter.size, alignedElements[hasFp16 ? 'f16' : 'f32']);
    for (const together of contiguousRuns(chosen)) {
      const size = together.reduce((sum, item) => sum + roundedSize(item), 0);
      if (!last || last.length + size > mostElements) segments.push((last = { length: 0, hasFp16 }));
      for (const item of together) {
        const { name, parameter } = item;
        if (roundedSize(item) > mostElements) {
          throw new TensorError(
            `the parameter ${name} has ${parameter.size} elements; this adapter binds at most ${mostElements} in one array`,
          );
        }
        if (last.length + roundedSize(item) > mostElements) segments.push((last = { length: 0, hasFp16 }));
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
    const group = item.parameter.contiguousGroup?.map((parameter) => byParameter.get(parameter)) ?? [];
    const together = group.length > 0 && !group.includes(undefined) ? (group as ArenaItem[]) : [item];
    for (const { parameter } of together) placed.add(parameter);
    return [together];
  });
}
