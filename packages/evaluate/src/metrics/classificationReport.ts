import { arrayOf, nonEmptyText, optional } from '@attune/validate';
import { MetricOptionError } from '../errors.ts';
import { rowWeights, sampleWeightKind } from '../metric.ts';
import type { MetricDefinition, MetricRows } from '../metric.ts';
import { f1, precision, recall, zeroDivisionKind } from './classScores.ts';
import type { Average } from './classScores.ts';
import { countedLabels, labelsKind, presentClasses } from './labels.ts';

/** Options of the metric `classification_report`. */
export interface ClassificationReportOptions {
  /**
   * The classes to report, in order; with 'multilabel', the columns. Default: every class that
   * occurs in predictions or references, ascending.
   */
  labels?: readonly number[] | undefined;
  /** Names of the classes, in the order of `labels`. Default: their numbers. */
  targetNames?: readonly string[] | undefined;
  /** One weight per row. */
  sampleWeight?: ArrayLike<number> | undefined;
  /** The score where it would be 0/0. Default 0. */
  zeroDivision?: number | undefined;
}

/** The scores of a class, or of an average over the classes. */
export type ClassReport = {
  precision: number;
  recall: number;
  'f1-score': number;
  /** Number of rows of this class (the sum of their weights, if there are any). */
  support: number;
};

/**
 * By class, then `accuracy` (or `micro avg`, where not every class is reported), `macro avg` and
 * `weighted avg`. JavaScript lists keys that are numbers first, ascending.
 */
export type ClassificationReport = {
  [name: string]: ClassReport | number;
};

type Takes = 'classes' | 'multilabel';
type Configuration = 'default' | 'multilabel';

const averageNames = ['accuracy', 'micro avg', 'macro avg', 'weighted avg', 'samples avg'];

function namesOf(labels: readonly number[], targetNames: readonly string[] | undefined): readonly string[] {
  const names = targetNames ?? labels.map(String);
  if (names.length !== labels.length)
    throw new MetricOptionError(
      `classification_report: targetNames has ${names.length} names for ${labels.length} classes (${labels.join(', ')}). ` +
        'Give one per class, and labels where not every class occurs.',
    );
  const keys = [...names, ...averageNames];
  const twice = keys.find((name, index) => keys.indexOf(name) !== index);
  if (twice !== undefined)
    throw new MetricOptionError(
      `classification_report: two rows would be called '${twice}'. Give every class a name of its own.`,
    );
  return names;
}

function supports(
  rows: MetricRows,
  takes: Takes,
  labels: readonly number[],
  weight: (row: number) => number,
): number[] {
  const { data, rows: count, columns } = rows.references;
  return labels.map((label) => {
    let sum = 0;
    for (let row = 0; row < count; row++) {
      const belongs = takes === 'classes' ? data[row] === label : data[row * columns + label] === 1;
      if (belongs) sum += weight(row);
    }
    return sum;
  });
}

function definition(takes: Takes): MetricDefinition<ClassificationReportOptions, ClassificationReport> {
  const configuration: Configuration = takes === 'classes' ? 'default' : 'multilabel';
  const compute = (
    rows: MetricRows,
    { labels: wanted, targetNames, sampleWeight, zeroDivision }: ClassificationReportOptions,
  ): ClassificationReport => {
    const labels = countedLabels('classification_report', rows, takes, wanted);
    const names = namesOf(labels, targetNames);
    const supportOfClass = supports(
      rows,
      takes,
      labels,
      rowWeights('classification_report', rows.references.rows, sampleWeight),
    );
    const support = supportOfClass.reduce((sum, value) => sum + value, 0);
    const options = { labels, sampleWeight, zeroDivision };
    const score = (average: Average | null) => ({
      precision: precision[configuration].compute(rows, { ...options, average }).precision,
      recall: recall[configuration].compute(rows, { ...options, average }).recall,
      'f1-score': f1[configuration].compute(rows, { ...options, average }).f1,
    });
    const averaged = (average: Average) => ({ ...score(average), support }) as ClassReport;
    const perClass = score(null) as Record<keyof ReturnType<typeof score>, number[]>;
    const report: [string, ClassReport | number][] = names.map((name, index) => [
      name,
      {
        precision: perClass.precision[index]!,
        recall: perClass.recall[index]!,
        'f1-score': perClass['f1-score'][index]!,
        support: supportOfClass[index]!,
      },
    ]);
    // Over every class, micro averages are the share of right rows.
    const microIsAccuracy = takes === 'classes' && presentClasses(rows).every((label) => labels.includes(label));
    report.push(microIsAccuracy ? ['accuracy', averaged('micro')['f1-score']] : ['micro avg', averaged('micro')]);
    report.push(['macro avg', averaged('macro')], ['weighted avg', averaged('weighted')]);
    if (takes === 'multilabel') report.push(['samples avg', averaged('samples')]);
    return Object.fromEntries(report);
  };
  return {
    name: 'classification_report',
    takes,
    options: {
      labels: labelsKind,
      targetNames: optional(arrayOf(nonEmptyText, 'names')),
      sampleWeight: sampleWeightKind,
      zeroDivision: zeroDivisionKind,
    },
    compute,
  };
}

/**
 * Precision, recall and F1 of every class and their averages, as an object that `console.table`
 * shows (`sklearn.metrics.classification_report` with `output_dict=True`).
 */
const classificationReport = {
  default: /* @__PURE__ */ definition('classes'),
  multilabel: /* @__PURE__ */ definition('multilabel'),
};
export { classificationReport as classification_report };
