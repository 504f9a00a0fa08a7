/** Blanks around a number, as C knows them. */
const blanks = /^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g;
export const decimalNumber = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const special = /^([+-]?)(?:inf(?:inity)?|(nan))$/i;

/** A text without the blanks that C passes over: with other ones it is no number. */
export const withoutBlanks = (text: string): string => text.replace(blanks, '');

/**
 * The number that a text is in decimal notation, `inf` and `nan` among them; undefined for another
 * text.
 */
export function numberOfText(text: string): number | undefined {
  const written = withoutBlanks(text);
  if (decimalNumber.test(written)) return Number(written);
  const [, sign, nan] = special.exec(written) ?? [];
  if (sign === undefined) return undefined;
  if (nan !== undefined) return NaN;
  return sign === '-' ? -Infinity : Infinity;
}
