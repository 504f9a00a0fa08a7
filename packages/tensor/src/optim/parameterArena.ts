import type { ArenaSegment, GpuArray } from '@attune/kernels';
import type { Device } from '../device.ts';
import { TensorError } from '../errors.ts';
import type { Parameter } from '../nn/parameter.ts';
import { alignedElements, layInRow } from '../nn/parameterRow.ts';

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
  readonly halfPrecision?: boolean;
}

const roundUp = (size: number, multiple: number) => Math.ceil(size / multiple) * multiple;

/**
 * All parameters of an optimizer side by side, with their gradients and moments at the same places, so that one kernel updates them all.
 * The arena is cut into segments that the adapter can bind.
 */
export class ParameterArena {
  readonly places: readonly ArenaPlace[];
  readonly segments: readonly ArenaSegment[];
  readonly #device: Device;

  /** Moves the parameters here. Their gradients start at zero. */
  constructor(device: Device, items: readonly ArenaItem[], { halfPrecision = false }: ParameterArenaOptions = {}) {
    this.#device = device;
    const { maxStorageBufferBindingSize, maxBufferSize } = device.info.limits;
    const { places, segments } = layOut(items, Math.floor(Math.min(maxStorageBufferBindingSize, maxBufferSize) / 4), halfPrecision);
    this.places = places;
    this.segments = segments.map(({ length, hasHalf }, segment) => {
      const allocate = (what: string): GpuArray => device.allocatePersistent('f32', length, `${what} ${segment}`);
      const groupIds = new Uint32Array(length / elementsPerGroupId);
      for (const { segment: own, group, offset, parameter } of places) {
        if (own === segment) groupIds.fill(group, offset / elementsPerGroupId, Math.ceil((offset + parameter.size) / elementsPerGroupId));
      }
      const ids = device.allocatePersistent('u32', groupIds.length, `parameter groups ${segment}`);
      device.write(ids, groupIds);
      return {
        weights: allocate('weights'),
        gradients: allocate('gradients'),
        expAvg: allocate('exp_avg'),
        expAvgSq: allocate('exp_avg_sq'),
        groupIds: ids,
        ...(hasHalf && { halfWeights: device.allocatePersistent('f16', length, `f16 weights ${segment}`) }),
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
      if (this.segments[place.segment]?.halfWeights) parameter.setHalf(this.view(place, 'halfWeights'));
    }
    for (const array of old) device.release(array);
  }

  /** A parameter's part of one of the arena's arrays. */
  view({ segment, offset, parameter, name }: ArenaPlace, what: 'weights' | 'gradients' | 'halfWeights'): GpuArray {
    const array = this.segments[segment]?.[what];
    if (!array) throw new TensorError(`the arena has no ${what} for ${name}`);
    return array.view(offset, parameter.size, `${what} of ${name}`);
  }

  /** Gives every parameter memory of its own again, or its row, and the arena's back. */
  dispose(): void {
    const device = this.#device;
    const rows = new Set<readonly Parameter[]>();
    for (const place of this.places) {
      const { parameter, name } = place;
      parameter.setHalf(null);
      if (parameter.array.released) continue;
      const own = device.allocatePersistent('f32', parameter.size, `parameter ${name}`);
      device.copy(parameter.array, own);
      parameter.moveTo(own, null);
      if (parameter.row) rows.add(parameter.row);
    }
    for (const row of rows) layInRow(row);
    for (const { weights, gradients, expAvg, expAvgSq, groupIds, halfWeights } of this.segments) {
      for (const array of [weights, gradients, expAvg, expAvgSq, groupIds, ...(halfWeights ? [halfWeights] : [])]) device.release(array);
    }
  }
}

interface SegmentPlan {
  length: number;
  readonly hasHalf: boolean;
}

function layOut(
  items: readonly ArenaItem[],
  mostElements: number,
  halfPrecision: boolean,
): { places: ArenaPlace[]; segments: SegmentPlan[] } {
  const places: ArenaPlace[] = [];
  const segments: SegmentPlan[] = [];
  const lay = (chosen: readonly ArenaItem[], hasHalf: boolean) => {
    let last: SegmentPlan | undefined;
    const roundedSize = ({ parameter }: ArenaItem) => roundUp(parameter.size, alignedElements[hasHalf ? 'f16' : 'f32']);
    for (const together of inRows(chosen)) {
      const size = together.reduce((sum, item) => sum + roundedSize(item), 0);
      if (!last || last.length + size > mostElements) segments.push((last = { length: 0, hasHalf }));
      for (const item of together) {
        const { name, parameter } = item;
        if (roundedSize(item) > mostElements) {
          throw new TensorError(
            `the parameter ${name} has ${parameter.size} elements; this adapter binds at most ${mostElements} in one array`,
          );
        }
        if (last.length + roundedSize(item) > mostElements) segments.push((last = { length: 0, hasHalf }));
        places.push({ ...item, segment: segments.length - 1, offset: last.length });
        last.length += roundedSize(item);
      }
    }
  };
  const hasHalf = ({ parameter }: ArenaItem) => halfPrecision && parameter.isMatrixOperand;
  lay(items.filter(hasHalf), true);
  lay(
    items.filter((item) => !hasHalf(item)),
    false,
  );
  return { places, segments };
}

/** The items one by one, but those of a row together where it is whole. */
function inRows(items: readonly ArenaItem[]): ArenaItem[][] {
  const byParameter = new Map(items.map((item) => [item.parameter, item]));
  const placed = new Set<Parameter>();
  return items.flatMap((item) => {
    if (placed.has(item.parameter)) return [];
    const row = item.parameter.row?.map((parameter) => byParameter.get(parameter)) ?? [];
    const together = row.length > 0 && !row.includes(undefined) ? (row as ArenaItem[]) : [item];
    for (const { parameter } of together) placed.add(parameter);
    return [together];
  });
}
