import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { forgetAnswers } from './hubClient.ts';
import {
  HubAccessError,
  HubDownloadError,
  HubError,
  HubNotFoundError,
  listFiles,
  readHubFile,
  resolveFile,
  resolveFolder,
} from './index.ts';
import type { DownloadProgress, ResolvedFile } from './index.ts';
import { commit, config, gitHash, sha256, startLoopbackHub, weights } from './testing/loopbackHub.ts';

const hub = startLoopbackHub();
const repository = () => join(hub.folder, 'hub', 'models--owner--tiny');
const pathOf = (file: ResolvedFile) => (file instanceof Uint8Array ? '' : file.path);

describe('a local folder', () => {
  it('wins, and asks nothing', async () => {
    writeFileSync(join(hub.folder, 'config.json'), config);
    expect(pathOf(await resolveFile(hub.folder, 'config.json'))).toBe(join(hub.folder, 'config.json'));
    expect(hub.requests).toEqual([]);
  });

  it('without the file says so', async () => {
    await expect(resolveFile(hub.folder, 'vocab.txt')).rejects.toThrow(HubNotFoundError);
    await expect(resolveFile(hub.folder, 'vocab.txt')).rejects.toMatchObject({
      missing: 'file',
      message: expect.stringContaining("no file 'vocab.txt'"),
    });
  });

  it('lists its files', async () => {
    mkdirSync(join(hub.folder, 'b', 'c'), { recursive: true });
    writeFileSync(join(hub.folder, 'z.tsv'), '');
    writeFileSync(join(hub.folder, 'b', 'c', 'y.tsv'), '');
    expect(await listFiles(hub.folder)).toEqual(['b/c/y.tsv', 'z.tsv']);
    expect(await resolveFolder(hub.folder, { include: (path) => path.startsWith('z') })).toEqual({
      path: hub.folder,
      files: ['z.tsv'],
    });
  });

  it('that is not there is no hub name', async () => {
    for (const name of ['./nothing', '/nothing/here', 'a/b/c', '~/x', '', 'a//b', '../nothing/here', 'C:\\x']) {
      await expect(resolveFile(name, 'config.json'), name).rejects.toMatchObject({ missing: 'folder' });
    }
    expect(hub.requests).toEqual([]);
  });

  // What `validate_repo_id` of huggingface_hub refuses.
  it.each([
    'a.',
    'a-',
    '-a',
    '.a',
    'a./b',
    'a-/b',
    'o/a.',
    'o/a-',
    'o/.a',
    'o/-a',
    'a--b',
    'a..b',
    'a.git',
    'é',
    'a b',
  ])('is not a hub name in Python, and none here: %j', async (name) => {
    await expect(resolveFile(name, 'config.json')).rejects.toMatchObject({ missing: 'folder' });
    await expect(resolveFile(`o/${'a'.repeat(97)}`, 'config.json')).rejects.toMatchObject({ missing: 'folder' });
    expect(hub.requests).toEqual([]);
  });

  it.each(['../secret', '/etc/passwd', 'a/../../b', '', 'a\\b', 'a//b', 'C:/x'])(
    'is never left: %j',
    async (filename) => {
      await expect(resolveFile(hub.folder, filename)).rejects.toThrow(HubError);
    },
  );
});

describe('a hub name', () => {
  it('is downloaded once, into the layout of Python', async () => {
    const progress: DownloadProgress[] = [];
    const path = pathOf(
      await resolveFile('owner/tiny', 'sub/weights.bin', { onProgress: (now) => progress.push(now) }),
    );
    expect(path).toBe(join(repository(), 'snapshots', commit, 'sub', 'weights.bin'));
    expect(readFileSync(path).equals(weights)).toBe(true);
    expect(readlinkSync(path)).toBe(join('..', '..', '..', 'blobs', sha256(weights)));
    expect(readFileSync(join(repository(), 'refs', 'main'), 'utf8')).toBe(commit);
    expect(progress.at(-1)).toEqual({
      repository: 'owner/tiny',
      file: 'sub/weights.bin',
      loadedBytes: weights.length,
      totalBytes: weights.length,
    });
    const before = hub.requests.length;
    expect(pathOf(await resolveFile('owner/tiny', 'sub/weights.bin'))).toBe(path);
    expect(hub.requests.length).toBe(before);
    expect(readdirSync(join(repository(), 'blobs'))).toEqual([sha256(weights)]);
  });

  it('names small files in the cache by their Git hash', async () => {
    await resolveFile('owner/tiny', 'config.json');
    expect(readdirSync(join(repository(), 'blobs'))).toEqual([gitHash(config)]);
  });

  it('of a dataset', async () => {
    expect(new TextDecoder().decode(await readHubFile('owner/pairs', 'a.csv', { repoType: 'dataset' }))).toBe('x\n1\n');
    expect(existsSync(join(hub.folder, 'hub', 'datasets--owner--pairs', 'refs', 'main'))).toBe(true);
    expect(await listFiles('owner/pairs', { repoType: 'dataset' })).toEqual(['a.csv']);
  });

  it('as a whole folder', async () => {
    const found = await resolveFolder('owner/tiny', { include: (path) => path.endsWith('.json') });
    expect(found).toEqual({ path: join(repository(), 'snapshots', commit), files: ['config.json'] });
    expect(await listFiles('owner/tiny')).toEqual(['config.json', 'sub/weights.bin']);
  });

  it('at a commit asks nothing once it is here', async () => {
    hub.special = (request, response) => {
      if (request.url !== `/api/models/owner/tiny/revision/${commit}`) return false;
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ sha: commit }));
      return true;
    };
    await resolveFile('owner/tiny', 'config.json', { revision: commit });
    forgetAnswers();
    hub.requests = [];
    await resolveFile('owner/tiny', 'config.json', { revision: commit });
    expect(hub.requests).toEqual([]);
    expect(existsSync(join(repository(), 'refs'))).toBe(false);
  });

  it('is asked for again when the branch has moved', async () => {
    await resolveFile('owner/tiny', 'config.json');
    forgetAnswers();
    const next = 'd'.repeat(40);
    hub.special = (request, response) => {
      if (request.url?.endsWith('/revision/main')) response.end(JSON.stringify({ sha: next }));
      else if (request.url?.includes(`/tree/${next}`))
        response.end(JSON.stringify([{ type: 'file', path: 'config.json', size: 2, oid: gitHash('{}') }]));
      else if (request.url?.includes(`/resolve/${next}/`)) response.end('{}');
      else return false;
      return true;
    };
    expect(new TextDecoder().decode(await readHubFile('owner/tiny', 'config.json'))).toBe('{}');
  });

  it('sends the token, and only then', async () => {
    const seen: (string | undefined)[] = [];
    hub.special = (request) => {
      seen.push(request.headers.authorization);
      return false;
    };
    await listFiles('owner/tiny');
    forgetAnswers();
    vi.stubEnv('HF_TOKEN', 'hf_example');
    await listFiles('owner/tiny');
    expect(seen).toEqual([undefined, undefined, 'Bearer hf_example', 'Bearer hf_example']);
  });

  it('that does not exist', async () => {
    await expect(resolveFile('owner/nothing', 'config.json')).rejects.toMatchObject({
      name: 'HubNotFoundError',
      missing: 'repository',
      message: expect.stringContaining('HF_TOKEN'),
    });
    await expect(resolveFile('owner/tiny', 'vocab.txt')).rejects.toMatchObject({ missing: 'file', offline: false });
    hub.special = (_, response) => Boolean(response.writeHead(404, { 'x-error-code': 'RevisionNotFound' }).end());
    await expect(resolveFile('owner/tiny', 'config.json', { revision: 'v9' })).rejects.toMatchObject({
      missing: 'revision',
    });
  });

  it('that is gated', async () => {
    hub.special = (request, response) =>
      Boolean(request.url?.includes('/resolve/') && response.writeHead(401, { 'x-error-code': 'GatedRepo' }).end());
    await expect(resolveFile('owner/tiny', 'config.json')).rejects.toThrow(HubAccessError);
  });
});

describe('a download', () => {
  it('that is interrupted continues from where it was', async () => {
    let broken = 0;
    hub.special = (request, response) => {
      if (!request.url?.endsWith('weights.bin') || broken > 0) return false;
      broken += 1;
      response.writeHead(200, { 'content-length': weights.length });
      response.write(weights.subarray(0, 150_000), () => setTimeout(() => response.destroy(), 50));
      return true;
    };
    expect(Buffer.from(await readHubFile('owner/tiny', 'sub/weights.bin')).equals(weights)).toBe(true);
    expect(hub.requests.at(-1)).toMatch(/bytes=150000-$/);
  });

  it('left over from another run is taken up', async () => {
    const blobs = join(repository(), 'blobs');
    mkdirSync(blobs, { recursive: true });
    writeFileSync(join(blobs, `${sha256(weights)}.incomplete`), weights.subarray(0, 1000));
    expect(Buffer.from(await readHubFile('owner/tiny', 'sub/weights.bin')).equals(weights)).toBe(true);
    expect(hub.requests.at(-1)).toMatch(/bytes=1000-$/);
    expect(readdirSync(blobs)).toEqual([sha256(weights)]);
  });

  it('starts over when the server cannot send a part', async () => {
    const blobs = join(repository(), 'blobs');
    mkdirSync(blobs, { recursive: true });
    writeFileSync(join(blobs, `${sha256(weights)}.incomplete`), 'x'.repeat(1000));
    hub.special = (request, response) =>
      Boolean(request.url?.endsWith('weights.bin') && response.writeHead(200).end(weights));
    expect(Buffer.from(await readHubFile('owner/tiny', 'sub/weights.bin')).equals(weights)).toBe(true);
  });

  it('that arrives damaged is thrown away', async () => {
    hub.special = (request, response) => {
      if (!request.url?.endsWith('weights.bin')) return false;
      const damaged = Buffer.from(weights);
      damaged[77] = 255;
      return Boolean(response.end(damaged));
    };
    await expect(resolveFile('owner/tiny', 'sub/weights.bin')).rejects.toThrow(HubDownloadError);
    expect(readdirSync(join(repository(), 'blobs'))).toEqual([]);
    expect(existsSync(join(repository(), 'snapshots'))).toBe(false);
  });

  it('wanted twice at once is made once', async () => {
    await Promise.all([resolveFile('owner/tiny', 'sub/weights.bin'), resolveFile('owner/tiny', 'sub/weights.bin')]);
    expect(hub.requests.filter((request) => request.includes('/resolve/'))).toHaveLength(1);
    expect(readdirSync(join(repository(), 'blobs'))).toEqual([sha256(weights)]);
  });
});
