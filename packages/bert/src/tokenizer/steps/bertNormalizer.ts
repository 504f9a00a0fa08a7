import { chinese, marks, notDecomposed, punctuation, removed } from './characters.ts';

export interface BertNormalizerOptions {
  readonly clean_text?: boolean | undefined;
  readonly handle_chinese_chars?: boolean | undefined;
  readonly strip_accents?: boolean | null | undefined;
  readonly lowercase?: boolean | undefined;
}

/** Takes characters apart but for those that the Rust tokenizers leave whole. */
function decompose(text: string): string {
  let result = '';
  let end = 0;
  for (const { 0: whole, index } of text.matchAll(notDecomposed)) {
    result += text.slice(end, index).normalize('NFD') + whole;
    end = index + whole.length;
  }
  return result + text.slice(end).normalize('NFD');
}

/**
 * The `BertNormalizer` of the Rust tokenizers: drops control characters, makes every white space a
 * space, puts spaces around Chinese characters, strips accents, lower-cases.
 *
 * @param options as in tokenizer.json; accents are stripped where lower case is asked for, unless
 *   `strip_accents` says otherwise
 */
export function bertNormalizer(options: BertNormalizerOptions): (text: string) => string {
  const { clean_text = true, handle_chinese_chars = true, lowercase = true } = options;
  const stripsAccents = options.strip_accents ?? lowercase;
  return (text) => {
    let result = text;
    if (clean_text) result = result.replace(removed, '').replace(/\p{White_Space}/gu, ' ');
    if (handle_chinese_chars) result = result.replace(chinese, ' $& ');
    if (stripsAccents) result = decompose(result).replace(marks, '');
    // Letter by letter in Rust: no sigma is a final one.
    return lowercase ? result.replaceAll('Σ', 'σ').toLowerCase() : result;
  };
}

/** The `BertPreTokenizer`: words between white space, each punctuation character by itself. */
export function bertWords(text: string): string[] {
  return text
    .replace(punctuation, ' $& ')
    .split(/\p{White_Space}+/u)
    .filter(Boolean);
}
