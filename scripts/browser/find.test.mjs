import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findBrowser } from './find.mjs';

let folder;
let program;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-browser-'));
  program = join(folder, 'chromium');
  writeFileSync(program, '');
  chmodSync(program, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true }));

const absent = '/nowhere/chrome';

it('takes the one that is named, then the one that was fetched, then one of the PATH', () => {
  expect(findBrowser(absent, { env: { ATTUNE_BROWSER: program }, platform: 'linux' })).toEqual({ program });
  expect(findBrowser(program, { env: { PATH: '' }, platform: 'linux' })).toEqual({ program });
  expect(findBrowser(absent, { env: { PATH: folder }, platform: 'linux' })).toEqual({ program });
});

it('says what to do where there is none', () => {
  expect(findBrowser(absent, { env: { ATTUNE_BROWSER: absent }, platform: 'linux' }).missing).toBe(
    'ATTUNE_BROWSER names /nowhere/chrome, which is not there',
  );
  expect(findBrowser(absent, { env: { PATH: '/nowhere' }, platform: 'linux' }).missing).toMatch(
    /^no Chromium, Chrome or Edge was found: .*ATTUNE_BROWSER/,
  );
});
