import type { AddedToken } from '../files/tokenizerJson.ts';

/** A piece of a text: an added token, or text between two. */
export type Piece = { readonly token: AddedToken } | { readonly text: string };

/** Whether it is looked for in the normalised text, and shown as it stands there. */
export const isNormalized = ({ normalized, special = false }: AddedToken): boolean => normalized ?? !special;

const space = /\p{White_Space}/u;
const wordEnd = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;
const wordStart = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;

/** Whether it stands alone; at most two code units, one character, are looked at on each side. */
function standsAlone(text: string, start: number, end: number): boolean {
  return !wordEnd.test(text.slice(Math.max(0, start - 2), start)) && !wordStart.test(text.slice(end, end + 2));
}

/**
 * Finds added tokens in texts, the leftmost and of those the longest, as the Rust tokenizers do
 * (`added_vocabulary.rs`).
 *
 * @param contentOf what is looked for; a token that another one equals in it is not found
 */
export function findAddedTokens(
  tokens: readonly AddedToken[],
  contentOf: (token: AddedToken) => string,
): (text: string) => Piece[] {
  const byStart = new Map<string, { content: string; token: AddedToken }[]>();
  const seen = new Set<string>();
  // Special ones come first where two are alike.
  for (const token of [...tokens].sort((a, b) => Number(b.special ?? false) - Number(a.special ?? false))) {
    const content = contentOf(token);
    if (content === '' || seen.has(content)) continue;
    seen.add(content);
    const first = content.charAt(0);
    byStart.set(first, [...(byStart.get(first) ?? []), { content, token }]);
  }
  for (const found of byStart.values()) found.sort((a, b) => b.content.length - a.content.length);
  if (byStart.size === 0) return (text) => (text === '' ? [] : [{ text }]);

  return (text) => {
    const pieces: Piece[] = [];
    let done = 0;
    for (let at = 0; at < text.length; at++) {
      const match = byStart.get(text.charAt(at))?.find(({ content }) => text.startsWith(content, at));
      if (!match) continue;
      const { token, content } = match;
      const stop = at + content.length;
      if (!token.single_word || standsAlone(text, at, stop)) {
        let [start, end] = [at, stop];
        if (token.lstrip) while (start > done && space.test(text.charAt(start - 1))) start--;
        if (token.rstrip) while (end < text.length && space.test(text.charAt(end))) end++;
        if (start > done) pieces.push({ text: text.slice(done, start) });
        pieces.push({ token });
        done = end;
      }
      at = stop - 1;
    }
    if (done < text.length) pieces.push({ text: text.slice(done) });
    return pieces;
  };
}
