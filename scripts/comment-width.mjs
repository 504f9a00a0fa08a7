// Says which comments are wider than 100 columns, which no linter or formatter here looks at; code
// has 120. Usage: node scripts/comment-width.mjs
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMain } from './setup/is-main.mjs';
import { rootFolder } from './setup/root-folder.mjs';

const widest = 100;
const comment = { ts: /^\s*(\/\/|\/?\*)/, mjs: /^\s*(\/\/|\/?\*)/, wgsl: /^\s*\/\//, py: /^\s*#/ };

/**
 * The lines of a source that are comments and too wide, by number. A lone address cannot be cut.
 */
export function wideComments(text, extension) {
  return text.split('\n').flatMap((line, index) => {
    const isWide = line.length > widest && comment[extension].test(line);
    return isWide && !/^\s*\S+ \S+$/.test(line) ? [index + 1] : [];
  });
}

if (isMain(import.meta.url)) {
  const patterns = Object.keys(comment).map((extension) => `*.${extension}`);
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', ...patterns], {
    cwd: rootFolder,
    encoding: 'utf8',
  });
  // Git lists deleted files until the deletion is committed.
  const files = listed.split('\n').filter((file) => file !== '' && existsSync(join(rootFolder, file)));
  const wide = files.flatMap((file) =>
    wideComments(readFileSync(join(rootFolder, file), 'utf8'), file.split('.').at(-1)).map((line) => `${file}:${line}`),
  );
  for (const place of wide) console.error(`${place}: a comment of more than ${widest} columns`);
  console.log(`${files.length} files, ${wide.length} comments of more than ${widest} columns.`);
  process.exitCode = wide.length === 0 ? 0 : 1;
}
