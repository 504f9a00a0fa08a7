import { makeColumn } from '../columns/makeColumn.ts';
import type { Column } from '../columns/column.ts';
import { FeatureError } from '../errors.ts';
import { ClassLabel, describeFeature } from '../features/feature.ts';
import { compareText } from './sortRows.ts';

/**
 * The different values of a column in sorted order, as classes. @throws
 * FeatureError when one is missing
 */
export function encodeClasses(name: string, column: Column): Column {
  const { feature } = column;
  if (feature instanceof ClassLabel) return column;
  const encodable = feature.type === 'value' && ['string', 'int32', 'int64', 'bool'].includes(feature.dtype);
  if (!encodable)
    throw new FeatureError(
      `classEncodeColumn: '${name}' holds ${describeFeature(feature)}; text, whole numbers or booleans were expected.`,
    );
  const values = Array.from({ length: column.length }, (_, row) => column.at(row));
  const gap = values.indexOf(null);
  if (gap >= 0)
    throw new FeatureError(`classEncodeColumn: '${name}' is missing in row ${gap}. Filter such rows out first.`);
  const different = [...new Set(values)];
  different.sort((a, b) => (typeof a === 'string' ? compareText(a, b as string) : Number(a) - Number(b)));
  const numbers = new Map(different.map((input, index) => [input, index]));
  const labels = values.map((input) => numbers.get(input)!);
  return makeColumn(name, labels, new ClassLabel({ names: different.map(String) }));
}
