import { DataFileError } from '../errors.ts';

export interface SeparatedFormat {
  readonly delimiter: string;
  /** null: no quoting at all. */
  readonly quote: string | null;
}

/** A line of a separated file, or several where a field in quotation marks holds line ends. */
export interface SeparatedRecord {
  readonly fields: string[];
  /** Where it begins, from 1. */
  readonly line: number;
}

const newline = 10;
const carriageReturn = 13;

/**
 * The records of a separated file as pandas reads them, and so `datasets`: lines end by LF, CRLF or
 * CR; lines that are empty or blank are skipped; a mark inside a field that does not begin with one
 * is a character like others; what stands behind a closing mark belongs to the field.
 *
 * @throws DataFileError for a mark that is never closed
 */
export function separatedRecords(
  text: string,
  where: string,
  { delimiter, quote }: SeparatedFormat,
): SeparatedRecord[] {
  const records: SeparatedRecord[] = [];
  const firstOfDelimiter = delimiter.charCodeAt(0);
  let at = 0;
  let line = 1;

  const isDelimiter = () =>
    text.charCodeAt(at) === firstOfDelimiter && (delimiter.length === 1 || text.startsWith(delimiter, at));
  const isLineEnd = () =>
    at >= text.length || text.charCodeAt(at) === newline || text.charCodeAt(at) === carriageReturn;
  const passLineEnd = () => {
    at += text.charCodeAt(at) === carriageReturn && text.charCodeAt(at + 1) === newline ? 2 : 1;
    line += 1;
  };
  const isBlank = () => (text[at] === ' ' || text[at] === '\t') && !isDelimiter();
  const passField = () => {
    while (!isLineEnd() && !isDelimiter()) at += 1;
  };

  const quotedField = (mark: string): string => {
    const opened = line;
    let field = '';
    let from = at + 1;
    for (;;) {
      const close = text.indexOf(mark, from);
      if (close < 0) throw unclosed(where, opened);
      const isDoubled = text.startsWith(mark, close + 1);
      const part = text.slice(from, isDoubled ? close + 1 : close);
      field += part;
      line += lineEnds(part);
      from = close + (isDoubled ? 2 : 1);
      if (!isDoubled) break;
    }
    at = from;
    passField();
    return field + text.slice(from, at);
  };

  const nextField = (): string => {
    if (quote !== null && text.startsWith(quote, at)) return quotedField(quote);
    const from = at;
    passField();
    return text.slice(from, at);
  };

  while (at < text.length) {
    const [start, first] = [at, line];
    while (isBlank()) at += 1;
    if (isLineEnd()) {
      passLineEnd();
      continue;
    }
    at = start;
    const fields = [nextField()];
    while (!isLineEnd()) {
      at += delimiter.length;
      fields.push(nextField());
    }
    passLineEnd();
    records.push({ fields, line: first });
  }
  return records;
}

function lineEnds(part: string): number {
  return part.includes('\n') || part.includes('\r') ? part.split(/\r\n|\n|\r/).length - 1 : 0;
}

function unclosed(where: string, line: number): DataFileError {
  return new DataFileError(
    `${where}, line ${line}: the quotation mark that is opened here is never closed. If quotation marks are part of the text, pass quote: null.`,
  );
}
