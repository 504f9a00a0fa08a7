import { requireArgument } from '@attune/validate';
import { StateDictError } from '../../errors.ts';
import { formatShape, shapeKind, sizeOf } from '../../shape.ts';
import type { Shape } from '../../shape.ts';

/** A tensor of a state dict that is to be loaded. */
export interface LoadedEntry {
  readonly shape: Shape;
  readonly data: Float32Array;
}

const kind = {
  what: 'names and tensors, as stateDict() and readStateDict(bytes) give them',
  holds: (value: unknown) => typeof value === 'object' && value !== null && Symbol.iterator in value,
};

/**
 * Checks and returns the entries of a state dict that a caller passed.
 *
 * @throws StateDictError when they are not entries
 */
export function readEntries(where: string, entries: unknown): (readonly [string, LoadedEntry])[] {
  requireArgument(where, 'entries', entries, kind, StateDictError);
  const given = [...(entries as Iterable<unknown>)];
  for (const [index, entry] of given.entries()) {
    const [name, tensor] = (Array.isArray(entry) ? entry : []) as [unknown, Partial<LoadedEntry> | undefined];
    const { shape, data } = tensor ?? {};
    if (typeof name !== 'string' || !shape || !shapeKind.holds(shape) || !(data instanceof Float32Array))
      throw new StateDictError(`${where}: entry ${index} is not [name, { shape, data: Float32Array }]`);
    if (data.length !== sizeOf(shape))
      throw new StateDictError(
        `${where}: ${name} has ${data.length} values, which do not fit its shape ${formatShape(shape)}`,
      );
  }
  return given as (readonly [string, LoadedEntry])[];
}
