// The classes of characters as the Rust tokenizers 0.23 see them: their tables are of Unicode 8,
// while an engine's \p{…} is as new as the engine. With the engine's own, newer punctuation and
// marks would be split and stripped otherwise than in Python, and otherwise in each browser. Taken
// from that tokenizer by asking it for every code point.

/**
 * Matches one character of these ranges: each stands by how far its first character is
 * from the last of the one before, and how many follow it. `48+9` are the digits. So
 * they weigh half in a page.
 */
function matcher(ranges: string): RegExp {
  let last = 0;
  const members = ranges
    .trim()
    .split(/\s+/)
    .map((range) => {
      const [distance, following = 0] = range.split('+').map(Number) as [number, number?];
      const first = last + distance;
      last = first + following;
      return `\\u{${first.toString(16)}}-\\u{${last.toString(16)}}`;
    });
  return new RegExp(`[${members.join('')}]`, 'gu');
}

/** Dropped by clean_text: NUL, U+FFFD, control, format and private characters. */
export const removed = matcher(`
  0+8 3+1 2+17 96+32 14 1363+5 23 193 50 4351 2045+4 27+4 50+4 2+9 49041+6399 1536 250+2 2 4288
  44003+3 5328+7 798343 31+95 65409+65533 3+65533
`);

/** Nonspacing marks, which strip_accents takes away. */
export const marks = matcher(`
  768+111 276+4 266+44 2 2+1 2+1 2 73+10 49+20 17 102+6 3+5 3+1 2+3 36 31+26 92+10 59+8 35+3 2+8 2+2
  2+4 44+2 136+31 56 2 5+7 5 4+6 11+1 30 59 5+3 9 21+1 30+1 58 5+1 5+1 3+2 4 31+1 4 12+1 58 5+4 2+1
  5 21+1 30 59 3 2+3 9 9 12+1 31 62 13 51 62+2 6+2 2+3 8+1 12+1 30 59 3 7 6+1 21+1 30 64+3 9 21+1
  103 8+2 2 91 3+6 13+7 99 3+5 2+1 12+5 75+1 28 2 2 56+13 2+4 2+1 6+10 2+35 10 103+3 2+5 2+1 3+1
  26+1 5+2 17+3 14 3+1 7 16 704+2 947+2 30+2 30+1 31+1 65+1 2+6 9 3+10 10 46+2 156 119+2 5+1 10 7+2
  220+1 3 59 2+6 2 2 3+7 7+9 3 49+13 67+3 49 2+4 2 6 41+8 13+1 33+3 3+1 2+2 57 2+1 4 2+2 59+7 3+1
  153+2 2+12 2+6 5 7 4+1 199+53 7+3 721+12 5 4+11 3071+2 142 97+31 555+3 108+1 30165 5+9 33+1 81+1
  273 4 5 26+1 158 28+17 53+7 26+10 47+2 49 3+3 3 41 68+5 3+1 3+1 13 9 48 52 2+2 3+1 6+1 2 43+1 9
  239 3 5 20273 738+15 17+15 974 227 150+4 1671+2 2+1 6+3 41+2 5 166+1 1307 55+14 57+2 50+3 3+1 70+2
  37+4 2+7 63 13+1 53+8 12+2 99+2 3 2+1 168 4+7 22+1 59 4 38+6 4+4 319+5 2 5+1 2+1 239+3 7+1 2+1
  28+1 86+7 3 2+1 107 2 3+5 2 102+2 3+3 2+4 21445+4 60+6 1113+3 19723+1 5321+2 18+7 3+6 31+3 149+2
  1980+54 5+49 9 15 23+4 2+14 3617+6 792618+239
`);

/** Characters that newer Unicode takes apart and the Rust tokenizers do not. */
export const notDecomposed = matcher(`
  67017 27 3487 2 9 3 52 2+1 1392 18409+7 3136+2
`);

/** Punctuation, and the ASCII signs that BERT counts as such. */
export const punctuation = matcher(`
  33+14 11+6 27+5 27+3 35 6 4 11+1 4 4 703 9 467+5 42+1 52 2 3 3 45+1 21+1 2+1 14 3+1 75+3 103 44+13
  234+2 55+14 32 262+1 11 384 772 91 11+1 169+14 2 38+3 72 75+4 5+1 112+5 172 613+8 152 621+1 45+1
  79+2 72+1 158+2 2+2 38+10 314+1 217+1 129+6 2+5 173+6 156+3 60+4 63+1 65+7 12 829+23 9+19 2+12
  2+11 31+1 15+1 634+3 30+1 1086+13 80+1 32+9 404+21 64+3 33+1 764+3 2+1 113 144+46 2+18 447+2 5+9
  3+11 17 13 99 91 29699+1 270+2 100 11 116+5 381+3 87+1 41+2 2 50+1 48 98+12 17+1 125+3 127+1 17+1
  250 20819+1 209+9 23+34 2+13 2 5 2+1 150+2 2+5 2+3 11+1 4+1 27+2 2 28 2 2+6 411+2 669 49 415 744
  200 32 273+8 39 113+6 67+6 90+3 1195+6 110+1 2+3 127+3 49+1 80+4 4 14 2+2 89+5 108 541 251+22
  106+2 249+2 3378+4 17914+1 134 66+4 9 20827 7656+4
`);

/** Chinese characters, as BERT counts them. */
export const chinese = matcher(`
  13312+6591 65+20991 22785+511 66817+42719 33+4383 257+5519 10577+543
`);
