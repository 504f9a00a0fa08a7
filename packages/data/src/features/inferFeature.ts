import { FeatureError } from '../errors.ts';
import { describeFeature, list, mergeFeatures, value } from './feature.ts';
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

/** A value as it appears in a message: short, quoted if it is text. */
export function show(input: unknown): string {
  if (typeof input === 'bigint') return `${input}n`;
  if (typeof input === 'function') return 'a function';
  const text = isTypedArray(input) ? `[${input.join(', ')}]` : (JSON.stringify(input) ?? String(input));
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
      if (!Number.isSafeInteger(Number(input)))
        throw new FeatureError(`Column '${name}' has ${input}, which is above 2^53; keep such numbers as text.`);
      return int64;
    case 'undefined':
      return nothing;
    default:
      if (input === null) return nothing;
      return Array.isArray(input) || isTypedArray(input) ? list(inferFeature(input, name)) : struct;
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
