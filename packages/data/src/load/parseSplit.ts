import { SplitError } from '../errors.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { DatasetDict } from '../dataset/datasetDict.ts';

const part =
  /^\s*(?<name>[\w.-]*)\s*(?:\[\s*(?<from>-?\d+)?\s*(?<fromPercent>%)?\s*:\s*(?<to>-?\d+)?\s*(?<toPercent>%)?\s*\])?\s*$/;

/** Python's `round`: halves go to the even neighbour. */
function roundHalfEven(input: number): number {
  const floor = Math.floor(input);
  if (input - floor !== 0.5) return Math.round(input);
  return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * The rows of a split expression: `train`, `train[10:20]`, `train[:50%]`, `train[-5:]`,
 * `train+validation`, `all`. Percentages are rounded to the nearest row, as in `datasets`. A bare
 * `[10:20]` means the only split.
 *
 * @throws SplitError
 */
export function selectSplit<Row>(dict: DatasetDict<Row>, expression: string): Dataset<Row> {
  const parts = expression.split('+').map((text) => selectPart(dict, text, expression));
  return parts.length === 1 ? parts[0]! : concatenated(parts);
}

/** Calls the method of the datasets' own class: a page that names no split need not load it. */
const concatenated = <Row>(
  datasets: readonly [Dataset<Row>, ...Dataset<Row>[]] | readonly Dataset<Row>[],
): Dataset<Row> => (datasets[0]!.constructor as typeof Dataset).concatenate(datasets);

function selectPart<Row>(dict: DatasetDict<Row>, text: string, expression: string): Dataset<Row> {
  const groups = part.exec(text)?.groups;
  if (!groups || text.trim() === '')
    throw new SplitError(
      `split '${expression}' cannot be read. Examples: 'train', 'train[:50%]', 'validation[10:20]', 'train+test'.`,
    );
  const dataset = named(dict, groups['name'] ?? '', expression);
  if (!text.includes('[')) return dataset;
  const isPercent = groups['fromPercent'] !== undefined || groups['toPercent'] !== undefined;
  const bound = (digits: string | undefined, percent: string | undefined, otherwise: number): number => {
    if (digits === undefined) return otherwise;
    const number = Number(digits);
    if (!isPercent) return number;
    if (percent === undefined)
      throw new SplitError(`split '${expression}': one bound is in percent and the other is not`);
    if (Math.abs(number) > 100) throw new SplitError(`split '${expression}': percentages are from -100 to 100`);
    return roundHalfEven((number * dataset.length) / 100);
  };
  return dataset.slice(
    bound(groups['from'], groups['fromPercent'], 0),
    bound(groups['to'], groups['toPercent'], dataset.length),
  );
}

function named<Row>(dict: DatasetDict<Row>, name: string, expression: string): Dataset<Row> {
  const names = dict.splitNames();
  if (name === '' && names.length === 1) return dict.split(names[0]!);
  if (name === '') throw new SplitError(`split '${expression}' names no split. There are: ${names.join(', ')}.`);
  if (name === 'all' && !names.includes('all')) return concatenated(dict.splits().map(([, dataset]) => dataset));
  return dict.split(name);
}
