const keywords: readonly (readonly [split: string, words: readonly string[]])[] = [
  ['train', ['train', 'training']],
  ['validation', ['validation', 'valid', 'dev', 'val']],
  ['test', ['test', 'testing', 'eval', 'evaluation']],
];

/**
 * The split named in a file's path, by the words that `datasets` looks for: `train.tsv`,
 * `imdb.dev.csv`, `test/part1.csv`. GLUE's `dev_matched.tsv` is `validation_matched`. A shard of a
 * split, `data/train_sft-00000-of-00002.parquet`, has the name of its split. Undefined if the path
 * names none.
 */
export function splitOfFile(path: string): string | undefined {
  const parts = path.split('/');
  const file = parts.at(-1)!;
  const sharded = /^([\w.]+)-\d{5}-of-\d{5}/.exec(file)?.[1];
  if (sharded !== undefined) return (parts.length === 1 ? splitOfName(sharded) : undefined) ?? sharded;
  for (const name of [file, ...parts.slice(0, -1).toReversed()]) {
    const split = splitOfName(name);
    if (split !== undefined) return split;
  }
  return undefined;
}

function splitOfName(name: string): string | undefined {
  const words = name.toLowerCase().split(/[-._ 0-9]+/);
  const found = keywords.find(([, own]) => own.some((word) => words.includes(word)))?.[0];
  const match = words.find((word) => word === 'matched' || word === 'mismatched');
  return found && match ? `${found}_${match}` : found;
}
