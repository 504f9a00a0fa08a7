import { FeatureError } from '../errors.ts';
import { ClassLabel, describeFeature, mergeFeatures, sameFeature, value } from '../features/feature.ts';
import type { Feature } from '../features/feature.ts';
import { inferFeature } from '../features/inferFeature.ts';
import { isList, isTypedArray, show } from '../values.ts';
import { numberOfText } from '../features/numberOfText.ts';
import { plainNumbers, WholeFloat } from '../features/exactNumbers.ts';
import { requireData } from '../features/requireData.ts';
import { ListColumn, NumberColumn, PlainColumn } from './column.ts';
import type { Column, NumberStorage } from './column.ts';

/** Where values belong, for messages. */
interface Place {
  /** The column. */
  readonly name: string;
  /** The row of a value, by its number: items lie in the row of their list. */
  readonly rowOf: (index: number) => number;
}

/**
 * A column of given values, converted to the type if that is given, else of the type that they
 * have.
 *
 * @param rowOf default: a row for each value. Items of lists lie in the rows of these
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

function numberStorage(feature: Feature, length: number): NumberStorage {
  if (feature.type === 'value' && (feature.dtype === 'bool' || feature.dtype === 'uint8'))
    return new Uint8Array(length);
  if (feature.type === 'value' && feature.dtype === 'float32') return new Float32Array(length);
  if (feature.type === 'value' && (feature.dtype === 'float64' || feature.dtype === 'int64'))
    return new Float64Array(length);
  return new Int32Array(length);
}

function misfit({ name, rowOf }: Place, index: number, input: unknown, feature: Feature, hint = ''): FeatureError {
  const row = rowOf(index);
  return new FeatureError(`Column '${name}', row ${row}: ${show(input)} is no ${describeFeature(feature)}.${hint}`, {
    row,
  });
}

function toPlain(input: unknown, dtype: 'string' | 'struct' | 'null', place: Place, index: number): unknown {
  if (input === undefined || input === null) return null;
  if (dtype === 'null') throw misfit(place, index, input, value('null'));
  if (dtype === 'struct') {
    requireData(input, () => `Column '${place.name}', row ${place.rowOf(index)}: the value`);
    return plainNumbers(input);
  }
  if (typeof input === 'string') return input;
  // As Python and CSV write them.
  if (Number.isNaN(input)) return 'nan';
  if (input === Infinity || input === -Infinity) return input > 0 ? 'inf' : '-inf';
  if (typeof input === 'number' || typeof input === 'boolean' || typeof input === 'bigint') return String(input);
  if (input instanceof WholeFloat) return String(input);
  throw misfit(place, index, input, value('string'));
}

/** Text that is a number counts as that number, a class name as its class. */
function toNumber(given: unknown, feature: Feature, place: Place, index: number): number {
  const input = given instanceof WholeFloat ? given.value : given;
  if (feature instanceof ClassLabel) return toClass(input, feature, place, index);
  const dtype = feature.type === 'value' ? feature.dtype : 'null';
  if (dtype === 'bool') {
    if (typeof input === 'boolean' || input === 0 || input === 1) return Number(input);
    if (typeof input === 'string' && /^(true|false|[01])$/i.test(input)) return Number(/^(true|1)$/i.test(input));
    throw misfit(place, index, input, feature);
  }
  const isPlain = typeof input === 'number' || typeof input === 'bigint' || typeof input === 'boolean';
  const number = typeof input === 'string' ? numberOfText(input) : isPlain ? Number(input) : undefined;
  if (number === undefined) throw misfit(place, index, input, feature);
  if (dtype === 'float32' || dtype === 'float64') return number;
  if (!Number.isInteger(number)) throw misfit(place, index, input, feature, ' Cast to float64 to keep it.');
  if (!Number.isSafeInteger(number))
    throw misfit(place, index, input, feature, ' It is beyond 2^53: as string every digit is kept.');
  if ((dtype === 'int32' && (number | 0) !== number) || (dtype === 'uint8' && (number & 0xff) !== number))
    throw misfit(place, index, input, feature, ' Cast to int64 to keep it.');
  // Plus zero: whole numbers have no -0.
  return number + 0;
}

function toClass(input: unknown, feature: ClassLabel, place: Place, index: number): number {
  const label =
    typeof input === 'string'
      ? feature.numberOf(input)
      : typeof input === 'boolean' || typeof input === 'bigint'
        ? Number(input)
        : input;
  if (label === undefined) throw misfit(place, index, input, feature);
  if (typeof label !== 'number' || !Number.isInteger(label) || !isClassOrNone(label, feature)) {
    throw misfit(
      place,
      index,
      input,
      feature,
      ` Labels are whole numbers from 0 to ${feature.numClasses - 1}, or -1 or -100 for no label.`,
    );
  }
  return label;
}

/** -1 is how the hub marks a missing label, -100 what losses ignore. */
function isClassOrNone(label: number, { numClasses }: ClassLabel): boolean {
  return label === -100 || (label >= -1 && label < numClasses);
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

/**
 * One column after the other.
 *
 * @param partName what each is called in messages
 * @throws FeatureError when their types do not go together
 */
export function concatenateColumns(
  name: string,
  columns: readonly Column[],
  partName: (index: number) => string,
): Column {
  const [first] = columns;
  if (!first) return makeColumn(name, []);
  if (columns.length === 1) return first;
  let feature = first.feature;
  for (const [index, column] of columns.entries()) {
    // An empty column says nothing about types.
    const merged = column.length === 0 && column !== first ? feature : mergeFeatures(feature, column.feature);
    if (!merged)
      throw new FeatureError(
        `Column '${name}' is ${describeFeature(column.feature)} in ${partName(index)} and ${describeFeature(feature)} in ${partName(0)}${index > 1 ? ' and those after it' : ''}. Cast one of them first.`,
      );
    feature = merged;
  }
  const rows = columns.reduce((sum, { length }) => sum + length, 0);
  const cast = columns.filter(({ length }) => length > 0).map((column) => castColumn(name, column, feature));
  if (cast.every((column) => column instanceof NumberColumn)) {
    const storage = numberStorage(feature, rows);
    const missing = cast.some((column) => column.missing) ? new Uint8Array(rows) : undefined;
    let offset = 0;
    for (const column of cast) {
      storage.set(column.values, offset);
      if (column.missing) missing?.set(column.missing, offset);
      offset += column.length;
    }
    return new NumberColumn(feature, storage, missing);
  }
  if (cast.every((column) => column instanceof ListColumn)) {
    const offsets = new Int32Array(rows + 1);
    const missing = cast.some((column) => column.missing) ? new Uint8Array(rows) : undefined;
    let row = 0;
    for (const column of cast) {
      const base = offsets[row]!;
      for (let own = 1; own <= column.length; own++) offsets[row + own] = base + column.offsets[own]!;
      if (column.missing) missing?.set(column.missing, row);
      row += column.length;
    }
    return new ListColumn(
      offsets,
      concatenateColumns(
        name,
        cast.map((column) => column.items),
        partName,
      ),
      missing,
    );
  }
  return new PlainColumn(
    feature,
    cast.flatMap((column) => (column as PlainColumn).values),
  );
}
