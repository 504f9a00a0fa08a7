/** Blanks around a number, as in C. */
const blanks = /^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g;
export const decimalNumber = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const special = /^([+-]?)(?:inf(?:inity)?|(nan))$/i;

/** A text without the surrounding blanks that C skips; with other ones it is not a number. */
export const withoutBlanks = (text: string): string => text.replace(blanks, '');

/** Parses a number in decimal notation, including `inf` and `nan`; undefined for other text. */
export function numberOfText(text: string): number | undefined {
  const written = withoutBlanks(text);
  if (decimalNumber.test(written)) return Number(written);
  const [, sign, nan] = special.exec(written) ?? [];
  if (sign === undefined) return undefined;
  if (nan !== undefined) return NaN;
  return sign === '-' ? -Infinity : Infinity;
}
