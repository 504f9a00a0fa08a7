import { DataFileError } from '../../errors.ts';
import { WholeFloat } from '../../features/exactNumbers.ts';
import { requireShallow } from '../../features/requireData.ts';
import { jsonProblem } from './jsonProblem.ts';

/** A quick test for what `JSON.parse` would round, refuse or take for a whole number. */
const needsCare = /NaN|Infinity|\d{16}|\d\.0|\d[eE]|-0(?![.\d])/;
const tokens = /"[^"\\]*(?:\\[^][^"\\]*)*"|-?Infinity|NaN|-?\d[\d.eE+-]*/g;

/**
 * Parses JSON and keeps numbers as they are written: whole numbers beyond 2^53 become BigInt, `1.0`
 * a WholeFloat, and NaN and Infinity, which Python writes, are accepted.
 *
 * @throws SyntaxError for anything but JSON, FeatureError for values nested too deeply
 */
export function parseExactJson(text: string): unknown {
  if (!needsCare.test(text)) return JSON.parse(text);
  const mark = `${crypto.getRandomValues(new Uint32Array(4)).join('-')}:`;
  const marked = text.replace(tokens, (token) => {
    // A whole number: there is no -0.
    if (token === '-0') return '0';
    return token.startsWith('"') || isPlain(token) ? token : `"${mark}${token}"`;
  });
  let parsed: unknown;
  try {
    parsed = JSON.parse(marked);
  } catch (error) {
    // The message should be about the text as it was written.
    JSON.parse(text);
    throw error;
  }
  requireShallow(parsed, () => 'A value of the file');
  return restore(parsed, mark);
}

function isPlain(token: string): boolean {
  const number = Number(token);
  return Number.isInteger(number) ? Number.isSafeInteger(number) && !/[.eE]/.test(token) : Number.isFinite(number);
}

function restore(input: unknown, mark: string): unknown {
  if (typeof input === 'string') return input.startsWith(mark) ? numberOf(input.slice(mark.length)) : input;
  if (typeof input !== 'object' || input === null) return input;
  if (Array.isArray(input)) return input.map((item) => restore(item, mark));
  return Object.fromEntries(Object.entries(input).map(([name, item]) => [name, restore(item, mark)]));
}

function numberOf(token: string): unknown {
  if (/^-?\d+$/.test(token)) return BigInt(token);
  const number = Number(token);
  return Number.isInteger(number) ? new WholeFloat(number, token) : number;
}

/**
 * @param firstLine the line of the file where the text begins
 * @throws DataFileError that names the line
 */
export function parseJson(text: string, where: string, firstLine = 1): unknown {
  try {
    return parseExactJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { index, reason } = jsonProblem(text);
    const line = firstLine + text.slice(0, index).split(/\r\n|\r|\n/).length - 1;
    throw new DataFileError(`${where}, line ${line}: not JSON: ${reason}`, { cause: error });
  }
}
