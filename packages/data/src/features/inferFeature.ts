import { FeatureError } from '../errors.ts';
import { isList, isTypedArray } from '../array/typedArray.ts';
import { shownValue } from '../shownValue.ts';
import type { TypedArray } from '../array/typedArray.ts';
import { WholeFloat } from './exactNumbers.ts';
import { describeFeature, list, mergeFeatures, value, wholeText } from './feature.ts';
import type { Feature } from './feature.ts';
import { requireShallow } from './requireData.ts';

const int32 = value('int32');
const int64 = value('int64');
const float64 = value('float64');
const nothing = value('null');

/**
 * The type of a list of values.
 *
 * @param rowOf the row of each value: they are the items of that row's list where it is one.
 *   Default a row for each
 * @throws FeatureError when they are of types that do not go together
 */
export function inferFeature(
  values: ArrayLike<unknown>,
  name: string,
  rowOf: (index: number) => number = (index) => index,
): Feature {
  if (isTypedArray(values)) return featureOfTypedArray(values);
  let feature: Feature = nothing;
  for (let index = 0; index < values.length; index++) {
    const input = values[index];
    const row = rowOf(index);
    const own = featureOf(input, name, row);
    if (own === feature) continue;
    const merged = mergeFeatures(feature, own);
    if (!merged) {
      throw new FeatureError(
        `Column '${name}' mixes types: ${describeFeature(feature)} so far, and then ${describeFeature(own)} (${shownValue(input)}, row ${row}). Give all rows one type.`,
        { row },
      );
    }
    feature = merged;
  }
  return feature;
}

function featureOf(input: unknown, name: string, row: number): Feature {
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
      if (!isTypedArray(input)) requireShallow(input, () => `Column '${name}', row ${row}: the value`);
      return list(inferFeature(input, name, () => row));
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
