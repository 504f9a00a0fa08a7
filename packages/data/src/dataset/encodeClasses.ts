import { makeColumn } from '../columns/makeColumn.ts';
import type { Column } from '../columns/column.ts';
import { FeatureError } from '../errors.ts';
import { ClassLabel, describeFeature } from '../features/feature.ts';
import { compareText } from './sortRows.ts';

/**
 * Encodes the different values of a column as classes, named and sorted by their text in Python:
 * '10' comes before '9', and booleans are 'False' and 'True'.
 *
 * @throws FeatureError when one is missing
 */
export function encodeClasses(name: string, column: Column): Column {
  const { feature } = column;
  if (feature instanceof ClassLabel) return column;
  const encodable = feature.type === 'value' && ['string', 'int32', 'int64', 'bool'].includes(feature.dtype);
  if (!encodable)
    throw new FeatureError(
      `classEncodeColumn: '${name}' must hold text, whole numbers or booleans; it holds ${describeFeature(feature)}`,
    );
  const values = Array.from({ length: column.length }, (_, row) => column.at(row));
  const gap = values.indexOf(null);
  if (gap >= 0)
    throw new FeatureError(`classEncodeColumn: '${name}' is missing in row ${gap}. Filter such rows out first.`);
  const texts = values.map((input) => (typeof input === 'boolean' ? (input ? 'True' : 'False') : String(input)));
  const names = [...new Set(texts)].sort(compareText);
  const numbers = new Map(names.map((text, index) => [text, index]));
  const labels = texts.map((text) => numbers.get(text)!);
  return makeColumn(name, labels, new ClassLabel({ names }));
}
