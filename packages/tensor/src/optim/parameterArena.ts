import type { ArenaSegment, GpuArray } from '@attune/kernels';
import type { Device } from '../device.ts';
import { TensorError } from '../errors.ts';
import type { Parameter } from '../nn/parameter.ts';

/** Tensors start at multiples of this many elements (256 bytes); a group id stands for so many. */
const alignment = 64;

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

const aligned = (size: number) => Math.ceil(size / alignment) * alignment;

/**
 * All parameters of an optimizer side by side, with their gradients and moments at the same places, so that one kernel updates them all. The arena
 * is cut into segments that the adapter can bind.
 */
export class ParameterArena {
  readonly places: readonly ArenaPlace[];
  readonly segments: readonly ArenaSegment[];
  readonly #device: Device;

  /** Moves the parameters here. Their gradients start at zero. */
  constructor(device: Device, items: readonly ArenaItem[]) {
    this.#device = device;
    const { maxStorageBufferBindingSize, maxBufferSize } = device.info.limits;
    const { places, lengths } = layOut(items, Math.floor(Math.min(maxStorageBufferBindingSize, maxBufferSize) / 4));
    this.places = places;
    this.segments = lengths.map((length, segment) => {
      const allocate = (what: string): GpuArray => device.allocatePersistent('f32', length, `${what} ${segment}`);
      const groupIds = new Uint32Array(length / alignment);
      for (const place of places) {
        if (place.segment === segment) groupIds.fill(place.group, place.offset / alignment, (place.offset + aligned(place.parameter.size)) / alignment);
      }
      const ids = device.allocatePersistent('u32', groupIds.length, `parameter groups ${segment}`);
      device.write(ids, groupIds);
      return { weights: allocate('weights'), gradients: allocate('gradients'), expAvg: allocate('exp_avg'), expAvgSq: allocate('exp_avg_sq'), groupIds: ids, length };
    });
    const old: GpuArray[] = [];
    for (const place of places) {
      const { parameter } = place;
      const weights = this.view(place, 'weights');
      device.copy(parameter.array, weights);
      old.push(parameter.array);
      parameter.clearGrad();
      parameter.moveTo(weights, this.view(place, 'gradients'));
    }
    for (const array of old) device.release(array);
  }

  /** A parameter's part of one of the arena's arrays. */
  view({ segment, offset, parameter, name }: ArenaPlace, what: 'weights' | 'gradients' | 'expAvg' | 'expAvgSq'): GpuArray {
    return (this.segments[segment] as ArenaSegment)[what].view(offset, parameter.size, `${what} of ${name}`);
  }

  /** Gives every parameter memory of its own again, and the arena's back. */
  dispose(): void {
    const device = this.#device;
    for (const place of this.places) {
      const { parameter, name } = place;
      if (parameter.array.released) continue;
      const own = device.allocatePersistent('f32', parameter.size, `parameter ${name}`);
      device.copy(parameter.array, own);
      parameter.moveTo(own, null);
    }
    for (const { weights, gradients, expAvg, expAvgSq, groupIds } of this.segments) {
      for (const array of [weights, gradients, expAvg, expAvgSq, groupIds]) device.release(array);
    }
  }
}

function layOut(items: readonly ArenaItem[], mostElements: number): { places: ArenaPlace[]; lengths: number[] } {
  const places: ArenaPlace[] = [];
  const lengths: number[] = [];
  let offset = Infinity;
  for (const item of items) {
    const size = aligned(item.parameter.size);
    if (size > mostElements) {
      throw new TensorError(`the parameter ${item.name} has ${item.parameter.size} elements; this adapter binds at most ${mostElements} in one array`);
    }
    if (offset + size > mostElements) {
      lengths.push(0);
      offset = 0;
    }
    places.push({ ...item, segment: lengths.length - 1, offset });
    offset += size;
    lengths[lengths.length - 1] = offset;
  }
  return { places, lengths };
}
