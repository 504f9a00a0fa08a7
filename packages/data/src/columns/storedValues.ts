import { FeatureError } from '../errors.ts';
import { plainNumbers, WholeFloat } from '../features/exactNumbers.ts';
import { ClassLabel, describeFeature, value } from '../features/feature.ts';
import type { Feature } from '../features/feature.ts';
import { numberOfText } from '../features/numberOfText.ts';
import { requireData } from '../features/requireData.ts';
import { shownValue } from '../shownValue.ts';

/** Where values come from, for messages. */
export interface Place {
  /** The column. */
  readonly name: string;
  /** The row of a value by its index: items belong to the row of their list. */
  readonly rowOf: (index: number) => number;
}

/** The error of a value that is not of its type. */
export function misfit(
  { name, rowOf }: Place,
  index: number,
  input: unknown,
  feature: Feature,
  hint = '',
): FeatureError {
  const row = rowOf(index);
  return new FeatureError(
    `Column '${name}', row ${row}: ${shownValue(input)} is not ${describeFeature(feature)}${hint}`,
    {
      row,
    },
  );
}

/** A text, an object or null, as a column stores it. @throws FeatureError */
export function toPlain(input: unknown, dtype: 'string' | 'struct' | 'null', place: Place, index: number): unknown {
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

/**
 * A value as the number that a column stores. Text in the form of a number counts as that number, a
 * class name as its class.
 *
 * @throws FeatureError
 */
export function toNumber(given: unknown, feature: Feature, place: Place, index: number): number {
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
  if (!Number.isInteger(number)) throw misfit(place, index, input, feature, '. Cast to float64 to keep it.');
  if (!Number.isSafeInteger(number))
    throw misfit(place, index, input, feature, '. It is beyond 2^53: as string every digit is kept.');
  if ((dtype === 'int32' && (number | 0) !== number) || (dtype === 'uint8' && (number & 0xff) !== number))
    throw misfit(place, index, input, feature, '. Cast to int64 to keep it.');
  // Adds zero, as whole numbers have no -0.
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
      `. Labels are whole numbers from 0 to ${feature.numClasses - 1}, or -1 or -100 for no label.`,
    );
  }
  return label;
}

/** -1 marks a missing label on the hub, and losses ignore -100. */
function isClassOrNone(label: number, { numClasses }: ClassLabel): boolean {
  return label === -100 || (label >= -1 && label < numClasses);
}
