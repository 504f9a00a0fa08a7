import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { demoCommand, predictCommand, shellAtHand } from './pasteable.ts';

const hard = [
  'plain',
  'my model',
  `It's "her" $HOME and \`ls\` for 100% of C:\\temp\\`,
  'a & b | c > d < e ^ f ; (g) ! * ? [h] {i} ~ #j',
  '%PATH% !x! "%PATH%" \\" \\\\',
  '\u2018Oui\u2019, said he',
  '',
  '-v',
];

/** What Windows' command prompt passes on: carets outside quotation marks are removed. */
function withoutCarets(line: string): string {
  let [read, inside] = ['', false];
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '^' && !inside) at++;
    else if (line[at] === '"') inside = !inside;
    else expect('&|<>()'.includes(line[at] ?? '') && !inside, line).toBe(false);
    read += line[at];
  }
  return read;
}

/** How a program of Microsoft's C library splits its command line. */
function splitCommandLine(line: string): string[] {
  const words: string[] = [];
  let [word, inside]: [string | null, boolean] = [null, false];
  for (const [part, slashes = ''] of line.matchAll(/(\\*)"|\\+|[^\\"]/g)) {
    if (part === ' ' && !inside) {
      if (word !== null) words.push(word);
      word = null;
      continue;
    }
    word ??= '';
    if (!part.endsWith('"')) word += part;
    else {
      word += slashes.slice(slashes.length >> 1).slice(slashes.length % 2);
      if (slashes.length % 2 === 1) word += '"';
      else inside = !inside;
    }
  }
  return word === null ? words : [...words, word];
}

describe('commands to paste', () => {
  it('give a POSIX shell the words themselves', () => {
    const program = 'console.log(JSON.stringify(process.argv.slice(1)))';
    const line = demoCommand(hard, 'posix').replace('npm run demo', '"$NODE" -e "$PROGRAM"');
    const env = { ...process.env, NODE: process.execPath, PROGRAM: program };
    expect(JSON.parse(execFileSync('sh', ['-c', line], { env, encoding: 'utf8' }))).toEqual(hard);
  });

  it("give Windows' command prompt the words themselves, and no variable of its own", () => {
    const line = demoCommand(hard, 'cmd');
    expect(line).not.toMatch(/%\w+%/);
    expect(splitCommandLine(withoutCarets(line))).toEqual(['node', 'scripts/attune.mjs', 'demo', ...hard]);
  });

  it('give PowerShell texts that it takes as they are', () => {
    expect(demoCommand(['--model', 'my model', `It's $x`, 'a@b', '\u2018Oui\u2019'], 'powershell')).toBe(
      "node scripts/attune.mjs demo --model 'my model' 'It''s $x' 'a@b' '\u2018\u2018Oui\u2019\u2019'",
    );
  });

  it('ask a model about sentences', () => {
    expect(predictCommand('my model', ['One\ntwo\u001b[1m', '-3'], 'posix')).toBe(
      "npm run demo -- predict --model 'my model' -- 'One two[1m' -3",
    );
    expect(predictCommand('m', ['Say "no"', "It's"], 'powershell')).toBe(
      `'Say "no"', 'It''s' | node scripts/attune.mjs demo predict --model m`,
    );
  });

  it('are for the shell at hand', () => {
    expect(shellAtHand('linux', {})).toBe('posix');
    expect(shellAtHand('win32', { MSYSTEM: 'MINGW64' })).toBe('posix');
    expect(shellAtHand('win32', { PSModulePath: 'C:\\a;C:\\b' })).toBe('cmd');
    expect(shellAtHand('win32', { PSModulePath: 'C:\\me;C:\\a;C:\\b' })).toBe('powershell');
  });
});
