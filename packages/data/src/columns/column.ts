import type { Feature, ListFeature } from '../features/feature.ts';

/**
 * Values of one type, one per row, as in Arrow: typed arrays; lists as one array of items and
 * offsets. Immutable.
 */
export interface Column {
  readonly feature: Feature;
  readonly length: number;
  /** The value of a row: number, boolean, string, array, object or null. */
  at(row: number): unknown;
  /** A copy of the rows with these indices. */
  gather(rows: Int32Array): Column;
}

export type NumberStorage = Int32Array | Float32Array | Float64Array | Uint8Array;

/** Numbers, classes and booleans. */
export class NumberColumn implements Column {
  readonly feature: Feature;
  readonly values: NumberStorage;
  /** 1 where the value is missing; undefined if none is. */
  readonly missing: Uint8Array | undefined;
  readonly #isBoolean: boolean;

  constructor(feature: Feature, values: NumberStorage, missing?: Uint8Array) {
    this.feature = feature;
    this.values = values;
    this.missing = missing;
    this.#isBoolean = feature.type === 'value' && feature.dtype === 'bool';
  }

  get length(): number {
    return this.values.length;
  }

  at(row: number): number | boolean | null {
    if (this.missing?.[row]) return null;
    const number = this.values[row]!;
    return this.#isBoolean ? number !== 0 : number;
  }

  gather(rows: Int32Array): NumberColumn {
    const { values, missing } = this;
    const taken = new (values.constructor as new (length: number) => NumberStorage)(rows.length);
    for (let row = 0; row < rows.length; row++) taken[row] = values[rows[row]!]!;
    return new NumberColumn(this.feature, taken, missing && Uint8Array.from(rows, (row) => missing[row]!));
  }
}

/** Text, objects, or null: kept as JavaScript values. */
export class PlainColumn implements Column {
  readonly feature: Feature;
  readonly values: readonly unknown[];

  constructor(feature: Feature, values: readonly unknown[]) {
    this.feature = feature;
    this.values = values;
  }

  get length(): number {
    return this.values.length;
  }

  at(row: number): unknown {
    return this.values[row];
  }

  gather(rows: Int32Array): PlainColumn {
    return new PlainColumn(
      this.feature,
      Array.from(rows, (row) => this.values[row]),
    );
  }
}

/** Lists: row `r` is `items` from `offsets[r]` to `offsets[r + 1]`. */
export class ListColumn implements Column {
  readonly feature: ListFeature;
  readonly offsets: Int32Array;
  readonly items: Column;
  readonly missing: Uint8Array | undefined;

  constructor(offsets: Int32Array, items: Column, missing?: Uint8Array) {
    this.feature = { type: 'list', items: items.feature };
    this.offsets = offsets;
    this.items = items;
    this.missing = missing;
  }

  get length(): number {
    return this.offsets.length - 1;
  }

  at(row: number): unknown[] | null {
    if (this.missing?.[row]) return null;
    const { items } = this;
    const [start, end] = [this.offsets[row]!, this.offsets[row + 1]!];
    if (
      items instanceof NumberColumn &&
      !items.missing &&
      items.feature.type === 'value' &&
      items.feature.dtype !== 'bool'
    )
      return Array.from(items.values.subarray(start, end));
    return Array.from({ length: end - start }, (_, index) => items.at(start + index));
  }

  gather(rows: Int32Array): ListColumn {
    const { missing } = this;
    const offsets = new Int32Array(rows.length + 1);
    for (let row = 0; row < rows.length; row++)
      offsets[row + 1] = offsets[row]! + this.offsets[rows[row]! + 1]! - this.offsets[rows[row]!]!;
    const itemRows = new Int32Array(offsets[rows.length]!);
    for (let row = 0; row < rows.length; row++) {
      const start = this.offsets[rows[row]!]!;
      for (let item = offsets[row]!; item < offsets[row + 1]!; item++) itemRows[item] = start + item - offsets[row]!;
    }
    return new ListColumn(
      offsets,
      this.items.gather(itemRows),
      missing && Uint8Array.from(rows, (row) => missing[row]!),
    );
  }
}

/** Storage for this many numbers of a type. */
export function numberStorage(feature: Feature, length: number): NumberStorage {
  if (feature.type === 'value' && (feature.dtype === 'bool' || feature.dtype === 'uint8'))
    return new Uint8Array(length);
  if (feature.type === 'value' && feature.dtype === 'float32') return new Float32Array(length);
  if (feature.type === 'value' && (feature.dtype === 'float64' || feature.dtype === 'int64'))
    return new Float64Array(length);
  return new Int32Array(length);
}
