import type { CsvFailure, CsvOptions } from './platform.ts';

/** Options of `csv-parse`, the same for its two builds. */
export function csvParseOptions({ delimiter, quote }: CsvOptions) {
  return {
    delimiter,
    quote: quote ?? false,
    escape: quote ?? null,
    bom: true,
    skip_empty_lines: true,
    relax_quotes: true,
  };
}

export function csvFailure(error: unknown): CsvFailure {
  const { lines, message } = error as { lines?: number; message: string };
  return { line: lines, message };
}
