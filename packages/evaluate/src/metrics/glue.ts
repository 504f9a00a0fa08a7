import type { MetricDefinition } from '../metric.ts';
import { glueSubset } from './glueSubset.ts';
import type { GlueResults, GlueSubset } from './glueSubset.ts';

/** Parts of results, loaded with the subsets that have them. */
const parts = {
  accuracy: async () => (await import('./accuracy.ts')).accuracy.default,
  f1: async () => (await import('./classScores.ts')).f1.default,
  matthews_correlation: async () => (await import('./matthews.ts')).matthews_correlation.default,
};

type Definition<Subset extends GlueSubset> = () => Promise<MetricDefinition<object, GlueResults[Subset]>>;

function ofClasses<Subset extends GlueSubset>(
  subset: Subset,
  ...names: readonly (keyof typeof parts)[]
): Definition<Subset> {
  return async () => glueSubset(subset, ...(await Promise.all(names.map((part) => parts[part]()))));
}

const similarity: Definition<'stsb'> = async () => (await import('./correlation.ts')).similarity;

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
