import { DataFileError } from '../../errors.ts';

/**
 * The text of a file, without byte order mark: UTF-8, or UTF-16 if its mark says so, or the given
 * encoding.
 *
 * @param encoding a label of the Encoding Standard: `windows-1252`, `utf-16le`, `shift_jis`
 * @throws DataFileError when the encoding is unknown, or the text is not in it
 */
export function decodeText(bytes: Uint8Array, where: string, encoding: string | undefined): string {
  const marked = markedEncoding(bytes);
  // Python's utf-16 respects the mark as well.
  const name = encoding === undefined || /^utf[-_]?16$/i.test(encoding) ? (marked ?? encoding ?? 'utf-8') : encoding;
  const decoder = decoderOf(name);
  try {
    const text = decoder.decode(bytes);
    return decoder.encoding === 'windows-1252' ? withMarks(text) : text;
  } catch (error) {
    const advice =
      encoding === undefined
        ? "Pass the encoding it has: 'windows-1252' for a plain CSV of Excel in Western Europe, 'utf-16le', 'shift_jis', …"
        : 'Pass the encoding it has.';
    throw new DataFileError(`${where} is not ${name === 'utf-8' ? 'UTF-8' : name} text. ${advice}`, { cause: error });
  }
}

// 0x80 to 0x9f of windows-1252. Node 20 leaves them as they are.
const marks = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

function withMarks(text: string): string {
  return text.replace(/[\x80-\x9f]/g, (mark) => marks[mark.charCodeAt(0) - 0x80]!);
}

function markedEncoding(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined;
}

/** Python's names that differ from the Encoding Standard's. */
const pythonNames: Readonly<Record<string, string>> = {
  'utf-8-sig': 'utf-8',
  'utf-16-le': 'utf-16le',
  'utf-16-be': 'utf-16be',
  'latin-1': 'latin1',
  'iso2022-jp': 'iso-2022-jp',
  'mac-roman': 'macintosh',
  cp874: 'windows-874',
  cp932: 'shift_jis',
};

function decoderOf(encoding: string) {
  const label = encoding.toLowerCase().replaceAll('_', '-');
  for (const known of [encoding, Object.hasOwn(pythonNames, label) ? pythonNames[label]! : label]) {
    try {
      return new TextDecoder(known, { fatal: true });
    } catch {
      // Tries the other name, then refuses.
    }
  }
  throw new DataFileError(
    `encoding: '${encoding}' is unknown. Examples: 'utf-8', 'windows-1252', 'latin1', 'utf-16le', 'shift_jis', 'gb18030'.`,
  );
}
