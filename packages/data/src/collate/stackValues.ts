import { CollateError } from '../errors.ts';
import type { Feature } from '../features/feature.ts';
import { isTypedArray } from '../array/typedArray.ts';
import { shownValue } from '../shownValue.ts';
import type { BatchArray } from './batch.ts';

/**
 * Stacks the values of one column: as f32 for a float column, or if its type is unknown and a value
 * is not whole; else as i32. Numbers and booleans give [rows], lists of one length [rows, columns].
 *
 * @param options.hint what to do when rows differ in length
 * @throws CollateError for anything else
 */
export function stackValues(
  name: string,
  values: readonly unknown[],
  { feature, hint }: { readonly feature?: Feature; readonly hint: string },
): BatchArray {
  const first = values[0];
  const nested = Array.isArray(first) || isTypedArray(first);
  const width = nested ? first.length : 1;
  const numbers = new Float64Array(values.length * width);
  let whole = !(first instanceof Float32Array || first instanceof Float64Array || (feature && holdsFloats(feature)));
  const put = (input: unknown, index: number, row: number) => {
    if (typeof input !== 'number' && typeof input !== 'boolean' && typeof input !== 'bigint')
      throw notANumber(name, input, row);
    const number = Number(input);
    whole &&= Number.isInteger(number);
    if (Number.isInteger(number) && (number | 0) !== number && whole)
      throw new CollateError(
        `Column '${name}', row ${row} of the batch: ${number} is beyond 32 bits. Remove the column, or make it a float.`,
        { row },
      );
    numbers[index] = number;
  };
  for (const [row, input] of values.entries()) {
    if (!nested) {
      put(input, row, row);
      continue;
    }
    if (!Array.isArray(input) && !isTypedArray(input)) throw notANumber(name, input, row);
    if (input.length !== width)
      throw new CollateError(
        `Column '${name}': row 0 of the batch has ${width} values, row ${row} has ${input.length}. ${hint}`,
        { row },
      );
    for (let column = 0; column < width; column++) put(input[column], row * width + column, row);
  }
  return {
    data: whole ? Int32Array.from(numbers) : Float32Array.from(numbers),
    shape: nested ? [values.length, width] : [values.length],
  };
}

function holdsFloats(feature: Feature): boolean {
  if (feature.type === 'list') return holdsFloats(feature.items);
  return feature.type === 'value' && (feature.dtype === 'float32' || feature.dtype === 'float64');
}

function notANumber(name: string, input: unknown, row: number): CollateError {
  return new CollateError(
    `Column '${name}' cannot be part of a batch: row ${row} is ${shownValue(input)}, which is not a number. ${remedy(name, input)}.`,
    { row },
  );
}

function remedy(name: string, input: unknown): string {
  if (typeof input !== 'string') return 'Remove the column, or fill what is missing';
  if (/^\s*[+-]?\d+,\d+\s*$/.test(input))
    return "It is a number with a decimal comma: load the file with { decimal: ',' }";
  if (/^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(input))
    return `It is a number written as text: castColumn('${name}', value('float32')) makes it one, or remove the column`;
  return `Tokenize the text and remove the column, or encode it as classes with classEncodeColumn('${name}')`;
}
