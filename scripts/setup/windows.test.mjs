// What can be tested of Windows elsewhere: paths, and scripts that need no Unix shell.
import { readdirSync, readFileSync } from 'node:fs';
import { join, win32 } from 'node:path';
import { expect, it } from 'vitest';
import { cacheFolderOf } from './cache-folder.mjs';
import { rootFolder } from './root-folder.mjs';

it('the cache is a folder of the user, with spaces too', () => {
  expect(cacheFolderOf({}, 'C:\\Users\\Ann Lee', win32)).toBe('C:\\Users\\Ann Lee\\.cache\\attune');
  expect(cacheFolderOf({ XDG_CACHE_HOME: 'D:\\cache' }, 'C:\\Users\\Ann', win32)).toBe('D:\\cache\\attune');
});

const folders = [
  '.',
  'examples',
  ...['packages', 'apps'].flatMap((at) => readdirSync(join(rootFolder, at)).map((name) => `${at}/${name}`)),
];
/** It is for Unix, as it says; CI runs its parts one by one on Windows. */
const unixOnly = new Set(['bash .ci/run']);

it.each(folders)('%s: scripts are commands that cmd.exe starts too', (folder) => {
  const { scripts = {} } = JSON.parse(readFileSync(join(rootFolder, folder, 'package.json'), 'utf8'));
  for (const [name, script] of Object.entries(scripts)) {
    if (unixOnly.has(script)) continue;
    for (const command of script.split(' && ')) {
      // No variables, quotes, pipes, globs; programs that npm brings, not those of a Unix.
      expect(command, name).toMatch(/^[\w@./:= -]+$/);
      expect(['node', 'tsc', 'vitest', 'vite', 'oxlint', 'oxfmt', 'knip', 'changeset'], name).toContain(
        command.split(' ')[0],
      );
    }
  }
});
