import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { reasonOf } from './networkErrors.ts';
import { isFileError } from './platform/cacheErrors.ts';

it('finds the reason of an error of another realm, as Jest has them', () => {
  const foreign: unknown = runInNewContext(
    `new TypeError('fetch failed', { cause: new AggregateError([new Error('getaddrinfo ENOTFOUND huggingface.co')]) })`,
  );
  expect(reasonOf(foreign)).toBe('getaddrinfo ENOTFOUND huggingface.co');
  expect(reasonOf('closed')).toBe('closed');
});

it('knows a refusal of the file system from there', () => {
  expect(isFileError(runInNewContext(`Object.assign(new Error('read-only'), { code: 'EROFS' })`))).toBe(true);
  expect(isFileError(runInNewContext(`Object.assign(new Error('no such host'), { code: 'ENOTFOUND' })`))).toBe(false);
  expect(isFileError(undefined)).toBe(false);
});
