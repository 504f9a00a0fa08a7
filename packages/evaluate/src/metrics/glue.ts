import { refuse } from '../metric.ts';
import type { MetricDefinition } from '../metric.ts';

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

type Definition<Subset extends keyof GlueResults> = () => Promise<MetricDefinition<object, GlueResults[Subset]>>;

/** Parts of results, loaded with the subsets that have them. */
const parts = {
  accuracy: async () => (await import('./accuracy.ts')).accuracy.default,
  f1: async () => (await import('./classScores.ts')).f1.default,
  matthews_correlation: async () => (await import('./matthews.ts')).matthews_correlation.default,
};

function ofClasses<Subset extends keyof GlueResults>(
  subset: Subset,
  ...names: readonly (keyof typeof parts)[]
): Definition<Subset> {
  return async () => {
    const metrics = await Promise.all(names.map((part) => parts[part]()));
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
  };
}

const similarity: Definition<'stsb'> = async () => {
  const { pairedNumbers, pearson, spearman } = await import('./correlation.ts');
  const name = 'glue_stsb';
  return {
    name,
    takes: 'numbers',
    options: {},
    compute(rows) {
      const [predictions, references] = pairedNumbers(name, rows);
      return { pearson: pearson(predictions, references), spearmanr: spearman(predictions, references) };
    },
  };
};

/** The metrics of GLUE's subsets. F1 is that of class 1. */
export const glue = {
  mrpc: ofClasses('mrpc', 'accuracy', 'f1'),
  qqp: ofClasses('qqp', 'accuracy', 'f1'),
  cola: ofClasses('cola', 'matthews_correlation'),
  stsb: similarity,
  sst2: ofClasses('sst2', 'accuracy'),
  mnli: ofClasses('mnli', 'accuracy'),
  mnli_matched: ofClasses('mnli_matched', 'accuracy'),
  mnli_mismatched: ofClasses('mnli_mismatched', 'accuracy'),
  qnli: ofClasses('qnli', 'accuracy'),
  rte: ofClasses('rte', 'accuracy'),
  wnli: ofClasses('wnli', 'accuracy'),
  hans: ofClasses('hans', 'accuracy'),
};

/** The subsets of GLUE that have a metric. */
export type GlueSubset = keyof typeof glue;
