import { expect, it } from 'vitest';
import { load, UnknownMetricError } from './index.ts';

it.each([
  ['bleu', undefined, /no metric 'bleu'\. Choose one of: glue, accuracy, /],
  ['acuracy', undefined, /no metric 'acuracy'; did you mean accuracy\?/],
  ['F1', undefined, /did you mean f1\?/],
  ['confusionMatrix', undefined, /did you mean confusion_matrix\?/],
  ['constructor', undefined, /no metric 'constructor'/],
  [42, undefined, /load: the name of a metric must be a non-empty string; got 42/],
  [undefined, undefined, /got undefined/],
  ['', undefined, /got ""/],
  [['f1'], undefined, /got an array of 1/],
  ['accuracy', 'mrpc', /accuracy has no configuration 'mrpc'\. Choose one of: default, multilabel/],
  ['f1', 'multi_label', /did you mean multilabel\?/],
  ['f1', { average: 'macro' }, /load: the configuration must be a non-empty string; got an object with average/],
  ['pearsonr', 'multilabel', /pearsonr has no configuration 'multilabel'/],
])('load(%j, %j) names what there is', async (name, configuration, message) => {
  await expect(load(name as string, configuration as string)).rejects.toThrow(message);
  await expect(load(name as string, configuration as string)).rejects.toThrow(UnknownMetricError);
});
