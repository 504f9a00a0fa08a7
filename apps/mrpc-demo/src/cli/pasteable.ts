/**
 * The shell that reads a pasted line: a POSIX shell, PowerShell, or Windows' own command prompt.
 */
export type Shell = 'posix' | 'powershell' | 'cmd';

/** The current shell, guessed from its environment. */
export function shellAtHand(platform: string, environment: Readonly<Record<string, string | undefined>>): Shell {
  if (platform !== 'win32' || environment.MSYSTEM || environment.SHELL) return 'posix';
  // Windows names two folders of modules; PowerShell puts the user's own in front of them.
  return (environment.PSModulePath ?? '').split(';').length > 2 ? 'powershell' : 'cmd';
}

const quoted: Readonly<Record<Shell, (word: string) => string>> = {
  posix: (word) => `'${word.replaceAll("'", String.raw`'\''`)}'`,
  // PowerShell treats typographic apostrophes as quotation marks too.
  powershell: (word) => `'${word.replace(/['\u2018-\u201b]/g, '$&$&')}'`,
  // First as the program splits its command line (backslashes before a quotation mark count
  // double), then every sign of the prompt with a caret, the quotation marks too: so it never
  // counts itself inside of them, where a caret would stay.
  cmd: (word) => `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, '$&$&')}"`.replace(/[()%!^"<>&|]/g, '^$&'),
};

const plain = { posix: /^[\w./:@%+=,-]+$/, powershell: /^[\w./:\\+=-]+$/, cmd: /^[\w./:\\+=-]*[\w./:+=-]$/ };

const quotedWhereNeeded = (word: string, shell: Shell): string =>
  plain[shell].test(word) ? word : quoted[shell](word);

/**
 * A sentence on one line: the tokenizer reads line breaks as blanks and ignores other control
 * characters.
 */
const onOneLine = (text: string): string => text.replace(/\s+/g, ' ').replace(/\p{Cc}/gu, '');

/**
 * The command that starts the demo, to be pasted. On Windows npm is left out: it passes arguments
 * through two more shells, and PowerShell consumes the `--`.
 */
export function demoCommand(words: readonly string[], shell: Shell): string {
  const start = shell === 'posix' ? 'npm run demo --' : 'node scripts/attune.mjs demo';
  return [start, ...words.map((word) => quotedWhereNeeded(word, shell))].join(' ');
}

/** The command that asks a saved model about sentences. */
export function predictCommand(folder: string, sentences: readonly string[], shell: Shell): string {
  const texts = sentences.map(onOneLine);
  // Older PowerShells lose quotation marks on their way to a program, newer ones do not: both send
  // lines to its input as they are.
  if (shell === 'powershell' && texts.some((text) => text.includes('"')))
    return `${texts.map(quoted.powershell).join(', ')} | ${demoCommand(['predict', '--model', folder], shell)}`;
  const end = texts.some((text) => text.startsWith('-')) ? ['--'] : [];
  return demoCommand(['predict', '--model', folder, ...end, ...texts], shell);
}
