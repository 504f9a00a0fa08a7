/** A word as it is typed in the shell of this system, quoted where it must be. */
export function shellWord(word: string, windows = process.platform === 'win32'): string {
  if (/^[\w./:@%+=,-]+$/.test(word)) return word;
  return windows ? `"${word.replaceAll('"', '\\"')}"` : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
