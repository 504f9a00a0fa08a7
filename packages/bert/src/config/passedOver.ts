import { shown } from '@attune/validate';

/** Keys of config.json that change what `transformers` returns, and what to do here. */
const asked: readonly { key: string; usual: boolean; advice: string }[] = [
  {
    key: 'output_hidden_states',
    usual: false,
    advice: 'ask for hidden states where you want them, forward(batch, { outputHiddenStates: true })',
  },
  { key: 'output_attentions', usual: false, advice: 'attention probabilities are not kept' },
  { key: 'return_dict', usual: true, advice: 'the output is always an object' },
];

const labelCount = (named: unknown) => (typeof named === 'object' && named !== null ? Object.keys(named).length : null);

/** Whether `num_labels` and `id2label` of a config.json contradict each other. */
export function contradictsLabels({ num_labels, id2label }: Readonly<Record<string, unknown>>): boolean {
  const count = labelCount(id2label);
  return typeof num_labels === 'number' && count !== null && count !== num_labels;
}

/** What of a config.json is not followed, a sentence for each key; undefined where all is. */
export function passedOverMessage(json: Readonly<Record<string, unknown>>, source: string): string | undefined {
  const sentences = asked
    .filter(({ key, usual }) => (json[key] ?? usual) !== usual)
    .map(({ key, advice }) => `${source}: ${key} is ${shown(json[key])}, which is ignored: ${advice}.`);
  if (contradictsLabels(json))
    sentences.push(
      `${source}: num_labels is ${shown(json['num_labels'])}, and id2label names ${labelCount(json['id2label'])}: the names are ignored.`,
    );
  return sentences.length > 0 ? sentences.join('\n') : undefined;
}
