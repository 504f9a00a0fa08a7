import { afterEach, describe, expect, it, vi } from 'vitest';
import { readBytes } from './browser.ts';

const answering = (body: string, status: number, type: string) =>
  vi.stubGlobal('fetch', async () => new Response(body, { status, headers: { 'content-type': type } }));
afterEach(() => vi.unstubAllGlobals());

describe('a file of a page', () => {
  it('is what the server answers', async () => {
    answering('a,b', 200, 'text/csv');
    expect(new TextDecoder().decode(await readBytes('/a.csv'))).toBe('a,b');
    answering('<p>', 200, 'text/html');
    expect(new TextDecoder().decode(await readBytes('/a.html'))).toBe('<p>');
  });

  it.each([
    ['nothing', 404, 'text/plain'],
    ['the page of a single-page program', 200, 'text/html; charset=utf-8'],
  ])('is not there when the answer is %s', async (_, status, type) => {
    answering('<!doctype html>', status, type);
    await expect(readBytes('/a.csv')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is reported by its status otherwise', async () => {
    answering('', 500, 'text/plain');
    await expect(readBytes('/a.csv')).rejects.toThrow('the server answered with status 500');
  });
});
