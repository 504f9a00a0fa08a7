import type { GpuArray } from '@attune/kernels';
import type { Device } from '../../device.ts';
import { StateDictError } from '../../errors.ts';
import type { StateDictEntry } from '../../nn/module/module.ts';
import type { LoadedEntry } from '../../nn/module/stateEntries.ts';
import { formatShape, shapesEqual } from '../../shape.ts';
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

/**
 * Loads an entry of a state.
 *
 * @throws StateDictError when it is missing or has another shape
 */
export function loadMoments(
  device: Device,
  given: ReadonlyMap<string, LoadedEntry>,
  name: string,
  { array, shape, offset }: { readonly array: GpuArray; readonly shape: readonly number[]; readonly offset: number },
): void {
  const entry = given.get(name);
  if (!entry) throw new StateDictError(`the optimizer state has no ${name}`);
  if (!shapesEqual(entry.shape, shape)) {
    throw new StateDictError(
      `the optimizer state ${name} has the shape ${formatShape(entry.shape)}; the parameter's is ${formatShape(shape)}`,
    );
  }
  device.write(array, entry.data, offset);
}
