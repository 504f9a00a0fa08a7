import { months, subjects, verbs } from './words.ts';

/**
 * Every token that a pocket sentence can have, in lower case, after BERT's special tokens: the
 * content of a vocab.txt.
 */
export function pocketVocabulary(): string {
  const slots = [subjects, months].flatMap(({ shown, heldOut }) => [...shown, ...heldOut]);
  const tokens = [...slots, ...verbs.up, ...verbs.down, 'officials', 'said', 'that', 'in', '.', ','].map((token) =>
    token.toLowerCase(),
  );
  // Single letters, so that a word of the user's own becomes pieces and not one unknown token.
  const letters = Array.from({ length: 26 }, (_, index) => String.fromCharCode(97 + index));
  return (
    [
      ...new Set([
        '[PAD]',
        '[UNK]',
        '[CLS]',
        '[SEP]',
        '[MASK]',
        ...tokens,
        ...letters,
        ...letters.map((letter) => `##${letter}`),
      ]),
    ].join('\n') + '\n'
  );
}
