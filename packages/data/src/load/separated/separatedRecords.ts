import { DataFileError } from '../../errors.ts';

export interface SeparatedFormat {
  readonly delimiter: string;
  /** null for no quoting. */
  readonly quote: string | null;
}

/** A record of a separated file: one line, or several if a quoted field contains line ends. */
export interface SeparatedRecord {
  readonly fields: string[];
  /** Where it begins, from 1. */
  readonly line: number;
}

/**
 * The records of a separated file as pandas reads them, and so `datasets`: lines end by LF, CRLF or
 * CR; lines that are empty or blank are skipped; a mark inside a field that does not begin with one
 * is an ordinary character; text after a closing mark belongs to the field.
 *
 * @throws DataFileError for a mark that is never closed
 */
export function separatedRecords(text: string, where: string, format: SeparatedFormat): SeparatedRecord[] {
  const scanner = new Scanner(text, where, format);
  const records: SeparatedRecord[] = [];
  for (let record = scanner.next(); record; record = scanner.next()) records.push(record);
  return records;
}

const newline = 10;
const carriageReturn = 13;

/** Scans a text once, field by field. */
class Scanner {
  readonly #text: string;
  readonly #where: string;
  readonly #delimiter: string;
  readonly #firstOfDelimiter: number;
  readonly #quote: string | null;
  #at = 0;
  #line = 1;

  constructor(text: string, where: string, { delimiter, quote }: SeparatedFormat) {
    this.#text = text;
    this.#where = where;
    this.#delimiter = delimiter;
    this.#firstOfDelimiter = delimiter.charCodeAt(0);
    this.#quote = quote;
  }

  /** The next record; undefined at the end. */
  next(): SeparatedRecord | undefined {
    this.#passBlankLines();
    if (this.#at >= this.#text.length) return undefined;
    const line = this.#line;
    const fields = [this.#field()];
    while (!this.#isLineEnd(this.#at)) {
      this.#at += this.#delimiter.length;
      fields.push(this.#field());
    }
    this.#passLineEnd();
    return { fields, line };
  }

  #passBlankLines(): void {
    while (this.#at < this.#text.length) {
      let end = this.#at;
      while ((this.#text[end] === ' ' || this.#text[end] === '\t') && !this.#isDelimiter(end)) end += 1;
      if (!this.#isLineEnd(end)) return;
      this.#at = end;
      this.#passLineEnd();
    }
  }

  #field(): string {
    if (this.#quote !== null && this.#text.startsWith(this.#quote, this.#at)) return this.#quotedField(this.#quote);
    return this.#plainField();
  }

  #plainField(): string {
    const text = this.#text;
    const first = this.#firstOfDelimiter;
    const from = this.#at;
    let end = from;
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end);
      if (code === newline || code === carriageReturn || (code === first && this.#isDelimiter(end))) break;
    }
    this.#at = end;
    return text.slice(from, end);
  }

  #quotedField(mark: string): string {
    const opened = this.#line;
    let field = '';
    let from = this.#at + mark.length;
    for (;;) {
      const close = this.#text.indexOf(mark, from);
      if (close < 0) throw unclosed(this.#where, opened);
      const behind = close + mark.length;
      const isDoubled = this.#text.startsWith(mark, behind);
      const part = this.#text.slice(from, isDoubled ? behind : close);
      field += part;
      this.#line += lineEnds(part);
      if (!isDoubled) {
        this.#at = behind;
        return field + this.#plainField();
      }
      from = behind + mark.length;
    }
  }

  #isDelimiter(at: number): boolean {
    if (this.#text.charCodeAt(at) !== this.#firstOfDelimiter) return false;
    return this.#delimiter.length === 1 || this.#text.startsWith(this.#delimiter, at);
  }

  #isLineEnd(at: number): boolean {
    const code = this.#text.charCodeAt(at);
    return code === newline || code === carriageReturn || at >= this.#text.length;
  }

  #passLineEnd(): void {
    const isPair =
      this.#text.charCodeAt(this.#at) === carriageReturn && this.#text.charCodeAt(this.#at + 1) === newline;
    this.#at += isPair ? 2 : 1;
    this.#line += 1;
  }
}

function lineEnds(part: string): number {
  return part.includes('\n') || part.includes('\r') ? part.split(/\r\n|\n|\r/).length - 1 : 0;
}

function unclosed(where: string, line: number): DataFileError {
  return new DataFileError(
    `${where}, line ${line}: the quotation mark that is opened here is never closed. If quotation marks are part of the text, pass quote: null.`,
  );
}
