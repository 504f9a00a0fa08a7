// Every metric for a page that knows which it wants: `accuracy()` is what
// `load('accuracy')` waits for, `f1_multilabel()` is `load('f1', 'multilabel')`, and
// `glue_mrpc()` is `load('glue', 'mrpc')`.
import { metricOf } from '../metricOf.ts';
import { classes } from '../rows/classes.ts';
import { multilabel, numbers } from '../rows/tables.ts';
import { similarity } from './correlation.ts';
import * as definitions from './definitions.ts';
import { glueSubset } from './glueSubset.ts';

export type { MetricMaker } from '../metricOf.ts';

/** Share of rows whose class is predicted. */
export const accuracy = /* @__PURE__ */ metricOf(classes, () => definitions.accuracy.default);

/** Share of rows of which every label is predicted. */
export const accuracy_multilabel = /* @__PURE__ */ metricOf(multilabel, () => definitions.accuracy.multilabel);

/** F1: the harmonic mean of precision and recall. */
export const f1 = /* @__PURE__ */ metricOf(classes, () => definitions.f1.default);

/** F1 of several labels per row. */
export const f1_multilabel = /* @__PURE__ */ metricOf(multilabel, () => definitions.f1.multilabel);

/** The share of rows predicted as a class that are of it. */
export const precision = /* @__PURE__ */ metricOf(classes, () => definitions.precision.default);

/** Precision of several labels per row. */
export const precision_multilabel = /* @__PURE__ */ metricOf(multilabel, () => definitions.precision.multilabel);

/** The share of rows of a class that are predicted as it. */
export const recall = /* @__PURE__ */ metricOf(classes, () => definitions.recall.default);

/** Recall of several labels per row. */
export const recall_multilabel = /* @__PURE__ */ metricOf(multilabel, () => definitions.recall.multilabel);

/** Matthews correlation, -1 to 1; 0 when either side is constant. */
export const matthews_correlation = /* @__PURE__ */ metricOf(classes, () => definitions.matthews_correlation.default);

/** Matthews correlation of several labels per row. */
export const matthews_correlation_multilabel = /* @__PURE__ */ metricOf(
  multilabel,
  () => definitions.matthews_correlation.multilabel,
);

/** Row i, column j: how many examples of class i were predicted as class j. */
export const confusion_matrix = /* @__PURE__ */ metricOf(classes, () => definitions.confusion_matrix.default);

/** Precision, recall and F1 of every class, and their averages. */
export const classification_report = /* @__PURE__ */ metricOf(classes, () => definitions.classification_report.default);

/** The report of several labels per row. */
export const classification_report_multilabel = /* @__PURE__ */ metricOf(
  multilabel,
  () => definitions.classification_report.multilabel,
);

/** Pearson correlation. */
export const pearsonr = /* @__PURE__ */ metricOf(numbers, () => definitions.pearsonr.default);

/** Spearman rank correlation. */
export const spearmanr = /* @__PURE__ */ metricOf(numbers, () => definitions.spearmanr.default);

/** Mean squared error. */
export const mse = /* @__PURE__ */ metricOf(numbers, () => definitions.mse.default);

/** Mean absolute error. */
export const mae = /* @__PURE__ */ metricOf(numbers, () => definitions.mae.default);

/** Microsoft's paraphrases: share of right answers, and F1. */
export const glue_mrpc = /* @__PURE__ */ metricOf(classes, () =>
  glueSubset('mrpc', definitions.accuracy.default, definitions.f1.default),
);

/** Quora's question pairs: share of right answers, and F1. */
export const glue_qqp = /* @__PURE__ */ metricOf(classes, () =>
  glueSubset('qqp', definitions.accuracy.default, definitions.f1.default),
);

/** Linguistic acceptability: Matthews correlation. */
export const glue_cola = /* @__PURE__ */ metricOf(classes, () =>
  glueSubset('cola', definitions.matthews_correlation.default),
);

/** Similarity of sentences: Pearson and Spearman correlation. */
export const glue_stsb = /* @__PURE__ */ metricOf(numbers, () => similarity);

/** Sentiment of films: share of right answers. */
export const glue_sst2 = /* @__PURE__ */ metricOf(classes, () => glueSubset('sst2', definitions.accuracy.default));

/** Natural language inference: share of right answers. */
export const glue_mnli = /* @__PURE__ */ metricOf(classes, () => glueSubset('mnli', definitions.accuracy.default));

/** The same on texts like those of training. */
export const glue_mnli_matched = /* @__PURE__ */ metricOf(classes, () =>
  glueSubset('mnli_matched', definitions.accuracy.default),
);

/** The same on texts of other kinds. */
export const glue_mnli_mismatched = /* @__PURE__ */ metricOf(classes, () =>
  glueSubset('mnli_mismatched', definitions.accuracy.default),
);

/** Whether a sentence answers a question: share of right answers. */
export const glue_qnli = /* @__PURE__ */ metricOf(classes, () => glueSubset('qnli', definitions.accuracy.default));

/** Textual entailment: share of right answers. */
export const glue_rte = /* @__PURE__ */ metricOf(classes, () => glueSubset('rte', definitions.accuracy.default));

/** Winograd schemas: share of right answers. */
export const glue_wnli = /* @__PURE__ */ metricOf(classes, () => glueSubset('wnli', definitions.accuracy.default));

/** Inference that word overlap misleads: share of right answers. */
export const glue_hans = /* @__PURE__ */ metricOf(classes, () => glueSubset('hans', definitions.accuracy.default));
