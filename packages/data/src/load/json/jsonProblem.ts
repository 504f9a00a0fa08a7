/** Where a text stops being JSON. */
export interface JsonProblem {
  /** From 0. */
  readonly index: number;
  /** What was expected there, and what to do: a sentence without its full stop. */
  readonly reason: string;
}

const texts = String.raw`"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"`;
const numbers = String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?`;
/** Including what Python writes in addition to JSON. */
const words = String.raw`(?:${numbers}|true|false|null|NaN|-?Infinity)(?![\w.+-])`;
const token = new RegExp(String.raw`[ \t\r\n]*(?:(?<mark>[{}[\],:])|(?<text>${texts})|(?<word>${words}))`, 'y');

type Expected =
  | 'a value'
  | 'a name or }'
  | 'a name'
  | 'a colon'
  | 'a comma or }'
  | 'a value or ]'
  | 'a comma or ]'
  | 'the end';

/**
 * Finds what is wrong with a text that `JSON.parse` refuses, with its own parser: engines use
 * different words, and some give no position.
 */
export function jsonProblem(json: string): JsonProblem {
  const open: string[] = [];
  let expected: Expected = 'a value';
  let at = 0;
  const afterValue = (): Expected =>
    open.length === 0 ? 'the end' : open.at(-1) === '{' ? 'a comma or }' : 'a comma or ]';
  for (;;) {
    token.lastIndex = at;
    const { mark, text, word } = token.exec(json)?.groups ?? {};
    const next = follow(expected, mark ?? (text !== undefined ? 'text' : word !== undefined ? 'word' : 'none'));
    if (next === undefined) break;
    at = token.lastIndex;
    if (mark === '{' || mark === '[') open.push(mark);
    if (mark === '}' || mark === ']') open.pop();
    expected = next === 'after' ? afterValue() : next;
  }
  const index = at + /^[ \t\r\n]*/.exec(json.slice(at))![0].length;
  return { index, reason: reasonOf(json, index, expected) };
}

/** What may follow a token; undefined if the token itself may not come here. */
function follow(expected: Expected, found: string): Expected | 'after' | undefined {
  switch (expected) {
    case 'a value or ]':
      return found === ']' ? 'after' : follow('a value', found);
    case 'a value':
      if (found === '{') return 'a name or }';
      if (found === '[') return 'a value or ]';
      return found === 'text' || found === 'word' ? 'after' : undefined;
    case 'a name or }':
      return found === '}' ? 'after' : follow('a name', found);
    case 'a name':
      return found === 'text' ? 'a colon' : undefined;
    case 'a colon':
      return found === ':' ? 'a value' : undefined;
    case 'a comma or }':
      return found === ',' ? 'a name' : found === '}' ? 'after' : undefined;
    case 'a comma or ]':
      return found === ',' ? 'a value' : found === ']' ? 'after' : undefined;
    case 'the end':
      return undefined;
  }
}

function reasonOf(json: string, index: number, expected: Expected): string {
  if (index >= json.length) return `it ends where ${expected} was expected: it is cut off, or a bracket is not closed`;
  const rest = json.slice(index).split(/[\r\n]/)[0]!;
  const found = rest.length > 20 ? `${rest.slice(0, 20)}…` : rest;
  return `${expected} was expected before ${found}${adviceFor(rest, expected)}`;
}

function adviceFor(rest: string, expected: Expected): string {
  if (expected === 'the end')
    return '. Give each record a line of its own, without commas between them, or put them all in [ ]';
  if (/^(\/\/|\/\*|#)/.test(rest)) return '. JSON has no comments';
  if (/^['‘’“”]/.test(rest)) return '. Strings and names need "double" quotation marks';
  if (/^[\]}]/.test(rest)) return '. Remove the comma before it';
  if (/^(True|False|None|undefined)\b/.test(rest)) return '. JSON has true, false and null';
  if (expected.startsWith('a name')) return '. Names need "double" quotation marks';
  if (rest.startsWith('"')) return '. A quotation mark in a string is written \\", a new line \\n';
  return '';
}
