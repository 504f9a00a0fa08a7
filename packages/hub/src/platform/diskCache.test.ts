import {
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { forgetAnswers } from '../hubClient.ts';
import { HubDownloadError, HubError, HubOfflineError, readHubFile, resolveFile, resolveFolder } from '../index.ts';
import { commit, config, sha256, startLoopbackHub, weights } from '../testing/loopbackHub.ts';

const hub = startLoopbackHub();
const repository = () => join(hub.folder, 'hub', 'models--owner--tiny');
const path = (file: string) => join(repository(), 'snapshots', commit, file);
const downloads = () => hub.requests.filter((request) => request.includes('/resolve/')).length;
const read = async (file: string, options = {}) => Buffer.from(await readHubFile('owner/tiny', file, options));

function flipBit(file: string) {
  const bytes = readFileSync(file);
  bytes[100 % bytes.length]! ^= 1;
  writeFileSync(file, bytes);
}

const damages: readonly [string, (file: string) => void][] = [
  ['truncated', (file) => truncateSync(file, 10)],
  ['longer', (file) => writeFileSync(file, 'x', { flag: 'a' })],
  ['empty', (file) => truncateSync(file, 0)],
  ['bit-flipped', flipBit],
];

describe('a copy that is damaged', () => {
  it.each(damages)('is fetched again: %s', async (_, damage) => {
    for (const file of ['sub/weights.bin', 'config.json']) {
      const sound = await read(file);
      damage(realpathSync(path(file)));
      expect((await read(file)).equals(sound)).toBe(true);
      expect((await read(file)).equals(sound)).toBe(true);
    }
    expect(downloads()).toBe(4);
  });

  it.each(damages)('gives an error if the hub cannot be reached: %s', async (_, damage) => {
    await read('sub/weights.bin');
    damage(realpathSync(path('sub/weights.bin')));
    await hub.stop();
    await expect(read('sub/weights.bin')).rejects.toThrow(HubDownloadError);
    await expect(read('sub/weights.bin', { localFilesOnly: true })).rejects.toThrow(
      "weights.bin' of the model 'owner/tiny' on this machine is damaged (its content is not what was downloaded), and the hub was not asked (localFilesOnly is set",
    );
  });

  it('of a commit is asked for again', async () => {
    await read('sub/weights.bin');
    hub.special = (request, response) =>
      Boolean(request.url?.endsWith(`/revision/${commit}`) && response.end(JSON.stringify({ sha: commit })));
    flipBit(realpathSync(path('sub/weights.bin')));
    expect((await read('sub/weights.bin', { revision: commit })).equals(weights)).toBe(true);
  });

  it('where links are not possible is fetched again', async () => {
    await read('sub/weights.bin');
    const linked = path('sub/weights.bin');
    const bytes = readFileSync(linked);
    renameSync(linked, `${linked}.link`);
    writeFileSync(linked, bytes);
    await read('sub/weights.bin');
    expect(downloads()).toBe(1);
    flipBit(linked);
    expect((await read('sub/weights.bin')).equals(weights)).toBe(true);
  });

  it('as a part of a download is thrown away, and the whole is fetched', async () => {
    mkdirSync(join(repository(), 'blobs'), { recursive: true });
    writeFileSync(join(repository(), 'blobs', `${sha256(weights)}.incomplete`), 'x'.repeat(1000));
    expect((await read('sub/weights.bin')).equals(weights)).toBe(true);
    expect(readdirSync(join(repository(), 'blobs'))).toEqual([sha256(weights)]);
  });
});

describe('forceDownload', () => {
  it('fetches what is here already', async () => {
    await read('config.json');
    const before = statSync(path('config.json')).ino;
    await read('config.json', { forceDownload: true });
    expect(downloads()).toBe(2);
    expect(statSync(path('config.json')).ino).not.toBe(before);
    await resolveFolder('owner/tiny', { forceDownload: true });
    expect(downloads()).toBe(4);
  });

  it('needs the hub', async () => {
    await read('config.json');
    await expect(read('config.json', { forceDownload: true, localFilesOnly: true })).rejects.toThrow('Choose one');
    await hub.stop();
    await expect(read('config.json', { forceDownload: true })).rejects.toThrow(HubOfflineError);
  });
});

describe('a cache folder that cannot be used', () => {
  const advice = /The cache folder '[^']+' cannot be used \(E\w+: [^)]+\)\. Set HF_HUB_CACHE \(or HF_HOME\)/;

  it('because it is a file', async () => {
    const cacheDir = join(hub.folder, 'file');
    writeFileSync(cacheDir, '');
    await expect(resolveFile('owner/tiny', 'config.json', { cacheDir })).rejects.toThrow(advice);
    await expect(resolveFile('owner/tiny', 'none.json', { cacheDir })).rejects.toThrow('has no file');
    await expect(resolveFile('owner/tiny', 'config.json', { cacheDir: join(cacheDir, 'x') })).rejects.toThrow(HubError);
  });

  it.runIf(process.platform === 'linux')('because the system makes no folders there', async () => {
    await expect(resolveFile('owner/tiny', 'config.json', { cacheDir: '/proc/attune/x' })).rejects.toThrow(advice);
  });

  it('because its path is too long or holds what no path holds', async () => {
    for (const cacheDir of [join(hub.folder, 'x'.repeat(300)), join(hub.folder, 'a\0b')])
      await expect(resolveFile('owner/tiny', 'config.json', { cacheDir })).rejects.toThrow(HubError);
  });

  it('still gives what it holds', async () => {
    await read('config.json');
    // In place of the folder of notes, a file: nothing can be noted.
    renameSync(join(repository(), 'refs'), join(repository(), 'refs.kept'));
    writeFileSync(join(repository(), 'refs'), '');
    forgetAnswers();
    expect(String(await read('config.json'))).toBe(config);
  });
});

it('ends the download with what onProgress throws', async () => {
  const onProgress = () => {
    throw new Error('no room on the screen');
  };
  await expect(read('sub/weights.bin', { onProgress })).rejects.toThrow('onProgress failed: no room on the screen');
  expect(downloads()).toBe(1);
});

it("takes '~' in cacheDir for the home folder, as Python does", async () => {
  vi.stubEnv('HOME', hub.folder);
  const { path: found } = (await resolveFile('owner/tiny', 'config.json', { cacheDir: '~/own' })) as { path: string };
  expect(found.startsWith(join(hub.folder, 'own'))).toBe(true);
});

describe('a part of a download', () => {
  const here = hostname().replace(/[^A-Za-z0-9]/g, '');
  const blobs = () => join(repository(), 'blobs');
  const leave = (owner: string) => {
    mkdirSync(blobs(), { recursive: true });
    const part = `${sha256(weights)}.${owner}.incomplete`;
    writeFileSync(join(blobs(), part), weights.subarray(0, 1000));
    return part;
  };

  it.each([`${here}-${process.ppid}-0`, `${here}-${process.pid}-77`, 'elsewhere-7-0'])(
    'is left alone while somebody is at work: %s',
    async (owner) => {
      const part = leave(owner);
      expect((await read('sub/weights.bin')).equals(weights)).toBe(true);
      expect(readdirSync(blobs()).sort()).toEqual([sha256(weights), part]);
    },
  );

  it.each([`${here}-999999999-0`, 'elsewhere-7-0'])('is taken up where nobody is: %s', async (owner) => {
    const part = leave(owner);
    const longAgo = Date.now() / 1000 - 600;
    utimesSync(join(blobs(), part), longAgo, longAgo);
    expect((await read('sub/weights.bin')).equals(weights)).toBe(true);
    expect(hub.requests.at(-1)).toMatch(/bytes=1000-$/);
    expect(readdirSync(blobs())).toEqual([sha256(weights)]);
  });
});
