import { MetricInputError, UnknownMetricError } from '../errors.ts';
import type { MetricDefinition, MetricResult } from '../metric.ts';
import { accuracy } from './accuracy.ts';
import { classScore } from './classScores.ts';
import { pairedNumbers, pearson, spearman } from './correlation.ts';
import { matthews } from './matthews.ts';

type Accuracy = { accuracy: number };

/** The result of every GLUE subset (Wang et al. 2019). */
export interface GlueResults {
  mrpc: { accuracy: number; f1: number };
  qqp: { accuracy: number; f1: number };
  cola: { matthews_correlation: number };
  stsb: { pearson: number; spearmanr: number };
  sst2: Accuracy;
  mnli: Accuracy;
  mnli_matched: Accuracy;
  mnli_mismatched: Accuracy;
  qnli: Accuracy;
  rte: Accuracy;
  wnli: Accuracy;
  hans: Accuracy;
}

export type GlueSubset = keyof GlueResults;

const parts: { [Subset in GlueSubset]: readonly ('accuracy' | 'f1' | 'matthews_correlation' | 'pearson_spearman')[] } =
  {
    mrpc: ['accuracy', 'f1'],
    qqp: ['accuracy', 'f1'],
    cola: ['matthews_correlation'],
    stsb: ['pearson_spearman'],
    sst2: ['accuracy'],
    mnli: ['accuracy'],
    mnli_matched: ['accuracy'],
    mnli_mismatched: ['accuracy'],
    qnli: ['accuracy'],
    rte: ['accuracy'],
    wnli: ['accuracy'],
    hans: ['accuracy'],
  };

export const glueSubsets = Object.keys(parts) as GlueSubset[];

/**
 * The metric of a GLUE subset. F1 is that of class 1. @throws UnknownMetricError with the list of
 * subsets
 */
export function glue(subset: string | undefined): MetricDefinition<object, MetricResult> {
  const chosen = glueSubsets.find((name) => name === subset);
  if (chosen === undefined) {
    throw new UnknownMetricError(
      `${subset === undefined ? "load('glue') needs the name of a subset" : `'${subset}' is no GLUE subset`}. Choose one of: ` +
        `${glueSubsets.join(', ')}.`,
    );
  }
  return {
    name: `glue_${chosen}`,
    takes: chosen === 'stsb' ? 'numbers' : 'classes',
    optionNames: [],
    compute(rows) {
      if (chosen === 'stsb') {
        const [predictions, references] = pairedNumbers('glue_stsb', rows);
        return { pearson: pearson(predictions, references), spearmanr: spearman(predictions, references) };
      }
      if (rows.references.data.every((label) => label === -1)) {
        throw new MetricInputError(
          `glue_${chosen}: every reference is -1: this split has no labels (GLUE keeps those of its test split). Use the validation split.`,
        );
      }
      const result: MetricResult = {};
      for (const part of parts[chosen]) {
        if (part === 'accuracy') Object.assign(result, accuracy().compute(rows, {}));
        if (part === 'f1') Object.assign(result, classScore('f1').compute(rows, {}));
        if (part === 'matthews_correlation') Object.assign(result, matthews().compute(rows, {}));
      }
      return result;
    },
  };
}
