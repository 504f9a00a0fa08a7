import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { whyUnwritten, writeFileAtomic } from '../index.ts';

it('tells why a file could not be written', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'attune-why-')), 'file');
  writeFileSync(file, '');
  const below = await writeFileAtomic(join(file, 'below', 'a.txt'), '').catch((error: unknown) => error);
  expect(whyUnwritten(below)).toBe('part of the path is a file, not a folder');
  expect(whyUnwritten(new Error('not saved', { cause: below }))).toBe('part of the path is a file, not a folder');
});

it('names the flag that Node lacks where its permissions forbid it', () => {
  const denied = new Error('Access to this API has been restricted. Use --allow-fs-write to manage permissions.');
  expect(whyUnwritten(Object.assign(denied, { code: 'ERR_ACCESS_DENIED' }))).toBe(
    'Node runs with --permission, without --allow-fs-write for it',
  );
});

it('leaves the words of an error that is not of the file system', () => {
  for (const message of ['no weights', 'no weights.']) expect(whyUnwritten(new Error(message))).toBe('no weights');
});
