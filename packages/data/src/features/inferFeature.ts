import { shown } from '@attune/validate';
import { FeatureError } from '../errors.ts';
import { requireShallow, WholeFloat } from './exactNumbers.ts';
import { describeFeature, list, mergeFeatures, value, wholeText } from './feature.ts';
import type { Feature } from './feature.ts';

export type TypedArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

export function isTypedArray(input: unknown): input is TypedArray {
  return (
    ArrayBuffer.isView(input) &&
    !(input instanceof DataView) &&
    !(input instanceof BigInt64Array) &&
    !(input instanceof BigUint64Array)
  );
}

export function isList(input: unknown): input is ArrayLike<unknown> {
  return Array.isArray(input) || (ArrayBuffer.isView(input) && !(input instanceof DataView));
}

/** A value as it appears in a message: short, quoted if it is text. */
export function show(input: unknown): string {
  if (typeof input === 'bigint' || typeof input === 'symbol') return shown(input);
  if (typeof input !== 'object' || input === null) return shortened(JSON.stringify(input) ?? shown(input));
  if (isTypedArray(input)) return shortened(`[${input.slice(0, 30).join(', ')}]`);
  const isPlain = Array.isArray(input) || Object.getPrototypeOf(input) === Object.prototype;
  if (!isPlain) return shown(input);
  try {
    return shortened(JSON.stringify(input));
  } catch {
    // What holds itself, a BigInt, or too many levels.
    return shown(input);
  }
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

const int32 = value('int32');
const int64 = value('int64');
const float64 = value('float64');
const nothing = value('null');

/**
 * The type of a list of values. @throws FeatureError when they are of types that do not go together
 */
export function inferFeature(values: ArrayLike<unknown>, name: string): Feature {
  if (isTypedArray(values)) return featureOfTypedArray(values);
  let feature: Feature = nothing;
  for (let row = 0; row < values.length; row++) {
    const input = values[row];
    const own = featureOf(input, name);
    if (own === feature) continue;
    const merged = mergeFeatures(feature, own);
    if (!merged) {
      throw new FeatureError(
        `Column '${name}' mixes types: ${describeFeature(feature)} so far, and then ${describeFeature(own)} (${show(input)}, row ${row}). Give all rows one type.`,
      );
    }
    feature = merged;
  }
  return feature;
}

function featureOf(input: unknown, name: string): Feature {
  switch (typeof input) {
    case 'number':
      if (!Number.isSafeInteger(input) || Object.is(input, -0)) return float64;
      return (input | 0) === input ? int32 : int64;
    case 'string':
      return text;
    case 'boolean':
      return bool;
    case 'bigint':
      return Number.isSafeInteger(Number(input)) ? int64 : wholeText;
    case 'undefined':
      return nothing;
    default:
      if (input === null) return nothing;
      if (input instanceof WholeFloat) return float64;
      if (!isList(input)) return struct;
      if (!isTypedArray(input)) requireShallow(input, `A value of column '${name}'`);
      return list(inferFeature(input, name));
  }
}

const text = value('string');
const bool = value('bool');
const struct = value('struct');

function featureOfTypedArray(values: TypedArray): Feature {
  if (values instanceof Float32Array) return value('float32');
  if (values instanceof Float64Array) return float64;
  return values instanceof Uint32Array ? int64 : int32;
}
