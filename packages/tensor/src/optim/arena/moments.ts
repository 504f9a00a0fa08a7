import { firstOf } from '@attune/validate';
import type { GpuArray } from '@attune/kernels';
import type { Device } from '../../device.ts';
import { StateDictError } from '../../errors.ts';
import type { StateDictEntry } from '../../nn/module/module.ts';
import type { LoadedEntry } from '../../nn/module/stateEntries.ts';
import { formatShape, shapesEqual } from '../../shape.ts';
import type { Shape } from '../../shape.ts';
import type { ParameterArena } from './parameterArena.ts';

/**
 * Reads the moments of an arena's parameters, as entries of a state.
 *
 * @param names of the moments, in their order
 */
export async function readMoments(
  device: Device,
  { places, segments }: ParameterArena,
  names: readonly string[],
): Promise<[string, StateDictEntry][]> {
  const entries: [string, StateDictEntry][] = [];
  for (const [segment, { moments }] of segments.entries()) {
    for (const [index, array] of moments.entries()) {
      const values = (await device.read(array)) as Float32Array;
      for (const { name, parameter, segment: own, offset } of places) {
        if (own !== segment) continue;
        const data = values.slice(offset, offset + parameter.size);
        entries.push([`${names[index]}.${name}`, { dtype: 'f32', shape: parameter.shape, data }]);
      }
    }
  }
  return entries;
}

/** Where an entry of a state belongs. */
export interface MomentTarget {
  readonly shape: Shape;
  /** None for entries that only the host keeps. */
  readonly array?: GpuArray | undefined;
  /** Index of its first element in the array. Default 0. */
  readonly offset?: number | undefined;
}

/**
 * Loads the entries of a state.
 *
 * @param optimizer name of its class, for messages
 * @throws StateDictError if names or shapes differ from those of the optimizer; nothing is
 *   changed then
 */
export function loadMoments(
  device: Device,
  optimizer: string,
  given: ReadonlyMap<string, LoadedEntry>,
  targets: ReadonlyMap<string, MomentTarget>,
): void {
  const missing = [...targets.keys()].filter((name) => !given.has(name));
  const surplus = [...given.keys()].filter((name) => !targets.has(name));
  if (missing.length + surplus.length > 0) {
    const found = [
      missing.length > 0 && `has no ${firstOf(missing, 3)}`,
      surplus.length > 0 && `has ${firstOf(surplus, 3)}, which this optimizer does not keep`,
    ].filter(Boolean);
    throw new StateDictError(
      `${optimizer}: the optimizer state ${found.join(' and ')}; it is of another optimizer, or of other parameters`,
    );
  }
  for (const [name, { shape }] of targets) {
    const { shape: own } = given.get(name) as LoadedEntry;
    if (!shapesEqual(own, shape))
      throw new StateDictError(
        `${optimizer}: the optimizer state ${name} has the shape ${formatShape(own)}; the parameter's is ${formatShape(shape)}`,
      );
  }
  device.flush();
  for (const [name, { array, offset = 0 }] of targets)
    if (array) device.write(array, (given.get(name) as LoadedEntry).data, offset);
}
