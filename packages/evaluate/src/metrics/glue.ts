import { MetricInputError } from '../errors.ts';
import type { MetricRows } from '../rows.ts';
import type { MetricDefinition, MetricResult } from '../metric.ts';
import { accuracy } from './accuracy.ts';
import { f1 } from './classScores.ts';
import { pairedNumbers, pearson, spearman } from './correlation.ts';
import { matthews_correlation as matthews } from './matthews.ts';

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

type Part = 'accuracy' | 'f1' | 'matthews_correlation' | 'correlations';

function definition<Subset extends keyof GlueResults>(
  subset: Subset,
  ...parts: readonly Part[]
): MetricDefinition<object, GlueResults[Subset]> {
  const name = `glue_${subset}`;
  const compute = (rows: MetricRows): MetricResult => {
    if (parts.includes('correlations')) {
      const [predictions, references] = pairedNumbers(name, rows);
      return { pearson: pearson(predictions, references), spearmanr: spearman(predictions, references) };
    }
    if (rows.references.data.every((label) => label === -1)) {
      throw new MetricInputError(
        `${name}: every reference is -1: this split has no labels (GLUE keeps those of its test split). Use the validation split.`,
      );
    }
    return {
      ...(parts.includes('accuracy') && accuracy.default.compute(rows, {})),
      ...(parts.includes('f1') && f1.default.compute(rows, {})),
      ...(parts.includes('matthews_correlation') && matthews.default.compute(rows, {})),
    };
  };
  return {
    name,
    takes: parts.includes('correlations') ? 'numbers' : 'classes',
    options: {},
    compute: (rows) => compute(rows) as GlueResults[Subset],
  };
}

/** The metrics of GLUE's subsets. F1 is that of class 1. */
export const glue = {
  mrpc: definition('mrpc', 'accuracy', 'f1'),
  qqp: definition('qqp', 'accuracy', 'f1'),
  cola: definition('cola', 'matthews_correlation'),
  stsb: definition('stsb', 'correlations'),
  sst2: definition('sst2', 'accuracy'),
  mnli: definition('mnli', 'accuracy'),
  mnli_matched: definition('mnli_matched', 'accuracy'),
  mnli_mismatched: definition('mnli_mismatched', 'accuracy'),
  qnli: definition('qnli', 'accuracy'),
  rte: definition('rte', 'accuracy'),
  wnli: definition('wnli', 'accuracy'),
  hans: definition('hans', 'accuracy'),
};

/** The subsets of GLUE that have a metric. */
export type GlueSubset = keyof typeof glue;
