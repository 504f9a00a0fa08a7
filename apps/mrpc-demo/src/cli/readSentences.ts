import { createInterface } from 'node:readline';
import { DemoError } from './demoError.ts';

/**
 * Reads one or two sentences from an input, one per line. In a terminal the second one, or an empty
 * line, ends the input.
 *
 * @throws DemoError for none or more than two
 */
export async function readSentences(
  input: NodeJS.ReadableStream & { readonly isTTY?: boolean },
  say: (line: string) => void,
): Promise<readonly [string, string | null]> {
  if (input.isTTY) say('One sentence a line; an empty line ends one alone.');
  const lines: string[] = [];
  const reader = createInterface({ input });
  for await (const line of reader) {
    if (input.isTTY && line.trim() === '') break;
    lines.push(line);
    if (input.isTTY && lines.length === 2) break;
  }
  reader.close();
  // PowerShell may put a byte order mark in front.
  const [first, second = null, ...more] = lines.map((line) => line.replace(/^\uFEFF/, '').trim()).filter(Boolean);
  if (first === undefined || more.length > 0)
    throw new DemoError(
      `predict reads one sentence or two from standard input, one a line; got ${more.length > 0 ? more.length + 2 : 'none'}`,
    );
  return [first, second];
}
