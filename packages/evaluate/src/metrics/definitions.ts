// Every metric in its configurations, by the names of `load`; those of GLUE, which load late what
// they are made of, are in glue.ts.
export { accuracy } from './accuracy.ts';
export { classification_report } from './classificationReport.ts';
export { f1, precision, recall } from './classScores.ts';
export { confusion_matrix } from './confusionMatrix.ts';
export { pearsonr, spearmanr } from './correlation.ts';
export { matthews_correlation } from './matthews.ts';
export { mae, mse } from './meanError.ts';
