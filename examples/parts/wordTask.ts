// Sentences with labelled words, and a collator that pads labels as well as ids.
import type { Tokenizer } from '@attune/bert';
import { Dataset, type ListCollator } from '@attune/data';
import { sentences } from './tinyTask.ts';

const [nouns, verbs] = [/^(rain|lake|fox)$/i, /^(is|will|rain|falls|expected|crossed|runs)$/i];
/** The label that the loss ignores: special tokens, and all pieces of a word but its first. */
export const ignored = -100;

const labelOf = (word: string) => (nouns.test(word) ? 1 : verbs.test(word) ? 2 : 0);

/** Ids of the pieces of a text, and labels for the first of each word: 1 noun, 2 verb, 0 else. */
function rowOf(text: string, tokenizer: Tokenizer) {
  const words = text.match(/\w+|[^\s\w]/g) ?? [];
  const pieces = words.map((word) => tokenizer.convertTokensToIds(tokenizer.tokenize(word)));
  const labels = words.flatMap((word, index) =>
    (pieces[index] ?? []).map((_, piece) => (piece === 0 ? labelOf(word) : ignored)),
  );
  return {
    input_ids: [tokenizer.clsTokenId, ...pieces.flat(), tokenizer.sepTokenId],
    labels: [ignored, ...labels, ignored],
  };
}

export const taggedWords = (tokenizer: Tokenizer) =>
  Dataset.fromRows(
    sentences
      .toRows()
      .slice(0, 8)
      .map(({ text }) => rowOf(text, tokenizer)),
  );

/** As `DataCollatorForTokenClassification`. */
export const tokenCollator =
  (tokenizer: Tokenizer): ListCollator =>
  (rows) => {
    const given = rows as readonly ReturnType<typeof rowOf>[];
    const batch = tokenizer.pad(given.map(({ input_ids }) => ({ input_ids })));
    const columns = batch['input_ids']?.[0]?.length ?? 0;
    const filled = given.map(({ labels }) => [...labels, ...Array<number>(columns - labels.length).fill(ignored)]);
    return { ...batch, labels: filled };
  };
