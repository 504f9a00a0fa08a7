import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HubDownloadError } from '../errors.ts';
import { findInFolder, isFolder, openCache, readBytes } from './browser.ts';
import type { Download } from './platform.ts';

/** The Cache API, in memory. */
function fakeCaches() {
  const kept = new Map<string, Response>();
  const cache = {
    match: async (address: string) => kept.get(address)?.clone(),
    put: async (address: string, response: Response) => void kept.set(address, response),
    keys: async () => [...kept.keys()].map((url) => ({ url })),
  };
  return { open: async () => cache };
}

const commit = 'a'.repeat(40);
const repository = { type: 'model', name: 'owner/tiny', revision: 'main' } as const;
const content = Uint8Array.from({ length: 1000 }, (_, index) => index % 251);
const hash = createHash('sha256').update(content).digest('hex');
const download = (request: Download['request'], size = content.length): Download => ({
  repository,
  file: { path: 'sub/w.bin', size, hash },
  force: false,
  request,
  onProgress: () => {},
});

beforeEach(() => {
  vi.stubGlobal('caches', fakeCaches());
});
afterEach(() => vi.unstubAllGlobals());

describe('the cache of a page', () => {
  it('keeps files, revisions and what is absent', async () => {
    const cache = openCache(undefined);
    expect(await cache.find(repository, commit, 'sub/w.bin')).toBeUndefined();
    expect(
      await cache.store(
        commit,
        download(async () => new Response(content)),
      ),
    ).toEqual(content);
    expect(await cache.find(repository, commit, 'sub/w.bin')).toEqual(content);
    await cache.writeRevision(repository, commit);
    expect(await cache.readRevision(repository)).toBe(commit);
    await cache.markAbsent(repository, commit, 'vocab.txt');
    expect(await cache.find(repository, commit, 'vocab.txt')).toBe('absent');
    expect(await cache.list(repository, commit)).toEqual(['sub/w.bin']);
    expect(cache.folder(repository, commit)).toBeUndefined();
  });

  it('continues an interrupted download', async () => {
    const offsets: number[] = [];
    const request = async (offset: number) => {
      offsets.push(offset);
      const status = offset > 0 ? 206 : 200;
      return new Response(content.slice(offset, offset === 0 ? 400 : undefined), { status });
    };
    expect(await openCache(undefined).store(commit, download(request))).toEqual(content);
    expect(offsets).toEqual([0, 400]);
  });

  it.each([
    ['damaged', new Uint8Array(1000), /damaged/],
    ['too long', new Uint8Array(1001), /more bytes arrived than the 1000/],
  ])('refuses what is %s', async (_, arrived, message) => {
    const cache = openCache(undefined);
    const storing = cache.store(
      commit,
      download(async () => new Response(arrived)),
    );
    await expect(storing).rejects.toThrow(message);
    await expect(storing).rejects.toThrow(HubDownloadError);
    expect(await cache.find(repository, commit, 'sub/w.bin')).toBeUndefined();
  });

  it('refuses what is larger than memory', async () => {
    const request = async () => new Response(content);
    await expect(openCache(undefined).store(commit, download(request, 2 ** 52))).rejects.toThrow(
      'owner/tiny/sub/w.bin has 4503599627370496 bytes, which is more than this page can hold',
    );
  });

  it('gives up after five attempts', async () => {
    let attempts = 0;
    const request = async () => {
      attempts += 1;
      throw new TypeError('network');
    };
    await expect(openCache(undefined).store(commit, download(request))).rejects.toThrow('failed 5 times');
    expect(attempts).toBe(5);
  });

  it.each([
    ['shorter', content.slice(1), { size: 1000, hash }],
    ['another', new Uint8Array(1000), { size: 1000, hash }],
    ['another by Git’s hash', new Uint8Array(1000), { size: 1000, hash: 'b'.repeat(40) }],
  ])('says what is damaged: %s', async (_, kept, known) => {
    const caches = fakeCaches();
    vi.stubGlobal('caches', caches);
    const other = { ...repository, name: `owner/${known.hash}` };
    await (
      await caches.open()
    ).put(`https://attune-hub.invalid/${other.name}/resolve/${commit}/sub/w.bin`, new Response(kept));
    const page = openCache(undefined);
    expect(await page.find(other, commit, 'sub/w.bin')).toEqual(kept);
    expect(await page.find(other, commit, 'sub/w.bin', { path: 'sub/w.bin', ...known })).toBe('damaged');
  });

  it('that is full gives the file all the same', async () => {
    vi.stubGlobal('caches', {
      open: async () => ({ put: () => Promise.reject(new Error('QuotaExceeded')), match: async () => undefined }),
    });
    const told = vi.spyOn(console, 'warn').mockReturnValue(undefined);
    const stored = await openCache(undefined).store(
      commit,
      download(async () => new Response(content)),
    );
    expect(stored).toEqual(content);
    expect(told.mock.calls[0]?.[0]).toContain('could not be kept');
    told.mockRestore();
  });

  it('is done without where there is none', async () => {
    vi.stubGlobal('caches', undefined);
    const cache = openCache(undefined);
    expect(
      await cache.store(
        commit,
        download(async () => new Response(content)),
      ),
    ).toEqual(content);
    expect(await cache.find(repository, commit, 'sub/w.bin')).toBeUndefined();
  });
});

it('says how files come into a page without the hub', () => {
  expect(openCache(undefined).withoutHub('owner/tiny', 'its files')).toBe(
    "Put its files beside this page on its server, and pass their address, such as './tiny', instead of 'owner/tiny'.",
  );
});

it('takes addresses for folders', async () => {
  expect(
    await Promise.all(['https://x.test/m', '/models/m', './m', 'bert-base-uncased', 'owner/name'].map(isFolder)),
  ).toEqual([true, true, true, false, false]);
  vi.stubGlobal('fetch', async (address: string) =>
    address === '/m/config.json' ? new Response('{}') : new Response('', { status: 404 }),
  );
  expect(await readBytes((await findInFolder('/m/', 'config.json'))!)).toEqual(new TextEncoder().encode('{}'));
  expect(await findInFolder('/m', 'other')).toBeUndefined();
});
