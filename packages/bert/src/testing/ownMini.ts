import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const goldenFolder = fileURLToPath(new URL('../../golden/', import.meta.url));

/** The folder of a small checkpoint of our own, as `transformers` writes it. */
export const ownMini = join(goldenFolder, 'own-mini');

interface OwnMini {
  /** Two texts and their label. */
  pairs: [string, string, number][];
  /** What the Rust tokenizer makes of them. */
  encoded: { input_ids: number[]; token_type_ids: number[]; attention_mask: number[] }[];
}

/** What Python computed with it. */
export async function readOwnMini(): Promise<OwnMini> {
  return JSON.parse(await readFile(join(goldenFolder, 'own_mini.json'), 'utf8')) as OwnMini;
}
