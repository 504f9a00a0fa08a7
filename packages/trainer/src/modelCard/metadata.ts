import type { TrainableModel } from '../model.ts';
import { listOf } from './options.ts';
import type { ModelCardOptions } from './options.ts';
import type { EvaluationRow } from './results.ts';

/** Titles of tasks by the hub's names. */
const taskTitles: Readonly<Record<string, string>> = {
  'fill-mask': 'Masked Language Modeling',
  'multiple-choice': 'Multiple Choice',
  'question-answering': 'Question Answering',
  'text-classification': 'Text Classification',
  'token-classification': 'Token Classification',
};

const tasksByHead: Readonly<Record<string, string>> = {
  ForMaskedLM: 'fill-mask',
  ForMultipleChoice: 'multiple-choice',
  ForQuestionAnswering: 'question-answering',
  ForSequenceClassification: 'text-classification',
  ForTokenClassification: 'token-classification',
};

/** Metrics that the hub knows. */
const metricTags = new Set(
  'accuracy bleu f1 matthews_correlation pearsonr precision recall rouge sacrebleu spearmanr wer'.split(' '),
);

/** The front matter of a model card: YAML, in the order of `transformers`. */
export async function metadataOf(
  options: ModelCardOptions & { readonly modelName: string },
  model: TrainableModel,
  results: EvaluationRow | null,
): Promise<string> {
  const { language, license, finetunedFrom, datasetTags } = options;
  const metrics = Object.keys(results ?? {}).flatMap((title) => {
    const tag = title.toLowerCase().replaceAll(' ', '_');
    return metricTags.has(tag) ? [{ name: title, type: tag, value: results?.[title] }] : [];
  });
  const tags = [...new Set([...listOf(options.tags), 'generated_from_trainer'])];
  const list = (name: string, values: readonly string[]) => (values.length > 0 ? { [name]: values } : {});
  const metadata = {
    library_name: 'transformers',
    ...list('language', listOf(language)),
    ...(license && { license }),
    ...(finetunedFrom && { base_model: finetunedFrom }),
    tags,
    ...list('datasets', listOf(datasetTags)),
    ...list(
      'metrics',
      metrics.map(({ type }) => type),
    ),
    'model-index': [{ name: options.modelName, results: entriesOf(options, model, metrics) }],
  };
  const { stringify } = await import('yaml');
  return stringify(metadata, { indentSeq: false, lineWidth: 0 });
}

/**
 * One entry for each task and dataset; none where either is unknown, as the hub refuses such a
 * card.
 */
function entriesOf(options: ModelCardOptions, model: TrainableModel, metrics: readonly object[]): object[] {
  const head = Object.keys(tasksByHead).find((name) => model.constructor.name.endsWith(name));
  const tasks = listOf(options.tasks ?? (head ? tasksByHead[head] : [])).filter((task) => task in taskTitles);
  const [names, configurations] = [listOf(options.dataset), listOf(options.datasetArgs)];
  if (metrics.length === 0) return [];
  return tasks.flatMap((task) =>
    listOf(options.datasetTags).map((tag, index) => ({
      task: { name: taskTitles[task], type: task },
      dataset: {
        name: names[index] ?? tag,
        type: tag,
        ...(configurations[index] !== undefined && { args: configurations[index] }),
      },
      metrics,
    })),
  );
}

/** The tags of an existing card; none where its front matter cannot be read. */
export async function tagsOfCard(card: string): Promise<readonly string[]> {
  const [, frontMatter = ''] = /^---\n([^]*?)\n---/.exec(card) ?? [];
  const { parseDocument } = await import('yaml');
  const found: unknown = parseDocument(frontMatter).toJS();
  const tags: unknown = typeof found === 'object' && found !== null && 'tags' in found ? found.tags : [];
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
}
