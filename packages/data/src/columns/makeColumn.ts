import { ClassLabel, sameFeature } from '../features/feature.ts';
import type { Feature } from '../features/feature.ts';
import { inferFeature } from '../features/inferFeature.ts';
import { isList, isTypedArray } from '../array/typedArray.ts';
import { ListColumn, NumberColumn, numberStorage, PlainColumn } from './column.ts';
import type { Column } from './column.ts';
import { misfit, toNumber, toPlain } from './storedValues.ts';
import type { Place } from './storedValues.ts';

/**
 * Makes a column of values, converted to the given type, or of their inferred type.
 *
 * @param rowOf the row of each value, for messages: items of lists belong to the row of their list.
 *   Default: a row for each value
 * @throws FeatureError when a value does not fit
 */
export function makeColumn(
  name: string,
  values: ArrayLike<unknown>,
  feature: Feature = inferFeature(values, name),
  rowOf: Place['rowOf'] = (index) => index,
): Column {
  const place = { name, rowOf };
  if (feature.type === 'list') return makeListColumn(place, values, feature.items);
  if (
    feature.type === 'value' &&
    (feature.dtype === 'string' || feature.dtype === 'struct' || feature.dtype === 'null')
  ) {
    return new PlainColumn(
      feature,
      Array.from(values, (input, index) => toPlain(input, feature.dtype as 'string', place, index)),
    );
  }
  const storage = numberStorage(feature, values.length);
  if (isTypedArray(values) && feature.type === 'value' && sameFeature(feature, inferFeature(values, name))) {
    storage.set(values);
    return new NumberColumn(feature, storage);
  }
  let missing: Uint8Array | undefined;
  for (let row = 0; row < values.length; row++) {
    const input = values[row];
    if (input === null || input === undefined) {
      missing ??= new Uint8Array(values.length);
      missing[row] = 1;
    } else {
      storage[row] = toNumber(input, feature, place, row);
    }
  }
  return new NumberColumn(feature, storage, missing);
}

function makeListColumn(place: Place, values: ArrayLike<unknown>, items: Feature): ListColumn {
  const offsets = new Int32Array(values.length + 1);
  let missing: Uint8Array | undefined;
  for (let row = 0; row < values.length; row++) {
    const input = values[row];
    if (input === null || input === undefined) {
      missing ??= new Uint8Array(values.length);
      missing[row] = 1;
      offsets[row + 1] = offsets[row]!;
    } else if (isList(input)) {
      offsets[row + 1] = offsets[row]! + input.length;
    } else {
      throw misfit(place, row, input, { type: 'list', items });
    }
  }
  const flat = Array.from<unknown>({ length: offsets[values.length]! });
  for (let row = 0; row < values.length; row++) {
    const input = values[row] as ArrayLike<unknown> | null | undefined;
    if (input) for (let item = 0; item < input.length; item++) flat[offsets[row]! + item] = input[item];
  }
  const rowOf = (item: number) => place.rowOf(offsets.findIndex((end) => end > item) - 1);
  return new ListColumn(offsets, makeColumn(place.name, flat, items, rowOf), missing);
}

/** The values of a column as another type. @throws FeatureError */
export function castColumn(name: string, column: Column, feature: Feature): Column {
  if (sameFeature(column.feature, feature)) return column;
  const from = column.feature;
  const naming = from instanceof ClassLabel && feature.type === 'value' && feature.dtype === 'string';
  const values = Array.from({ length: column.length }, (_, row) => {
    const input = column.at(row);
    return naming && typeof input === 'number' ? (from.names[input] ?? null) : input;
  });
  return makeColumn(name, values, feature);
}
