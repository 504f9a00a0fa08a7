import { refuse } from '../metric.ts';
import type { MetricDefinition, MetricResult } from '../metric.ts';

type Accuracy = { accuracy: number };

/** The result of every GLUE subset (Wang et al. 2019). */
export interface GlueResults {
  /** Microsoft's paraphrases: share of right answers, and F1. */
  mrpc: { accuracy: number; f1: number };
  /** Quora's question pairs: share of right answers, and F1. */
  qqp: { accuracy: number; f1: number };
  /** Linguistic acceptability: Matthews correlation, -1 to 1. */
  cola: { matthews_correlation: number };
  /** Similarity of sentences: Pearson and Spearman correlation, -1 to 1. */
  stsb: { pearson: number; spearmanr: number };
  /** Sentiment of films: share of right answers. */
  sst2: Accuracy;
  /** Natural language inference: share of right answers. */
  mnli: Accuracy;
  /** The same on texts like those of training. */
  mnli_matched: Accuracy;
  /** The same on texts of other kinds. */
  mnli_mismatched: Accuracy;
  /** Whether a sentence answers a question: share of right answers. */
  qnli: Accuracy;
  /** Textual entailment: share of right answers. */
  rte: Accuracy;
  /** Winograd schemas: share of right answers. */
  wnli: Accuracy;
  /** Inference that word overlap misleads: share of right answers. */
  hans: Accuracy;
}

/** The subsets of GLUE that have a metric. */
export type GlueSubset = keyof GlueResults;

/** Scores of a subset whose rows have a class each. */
export function glueSubset<Subset extends GlueSubset>(
  subset: Subset,
  ...metrics: readonly MetricDefinition<object, MetricResult, object>[]
): MetricDefinition<object, GlueResults[Subset]> {
  const name = `glue_${subset}`;
  return {
    name,
    takes: 'classes',
    options: {},
    compute(rows) {
      if (rows.references.data.every((label) => label === -1)) {
        refuse(
          `${name}: every reference is -1: this split has no labels (GLUE keeps those of its test split). Use the validation split.`,
        );
      }
      const results = metrics.map((metric) => metric.compute(rows, {}));
      return Object.assign({}, ...results) as GlueResults[Subset];
    },
  };
}
