import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { posix, win32, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { HubError, listFiles, readHubFile, resolveFolder } from './index.ts';
import { requireFilename } from './repository.ts';
import { commit, gitHash, startLoopbackHub } from './testing/loopbackHub.ts';

const hub = startLoopbackHub();

/** Everything that an error says, with its causes. */
function textOf(error: unknown): string {
  return error instanceof Error ? `${error.message}\n${textOf(error.cause)}` : String(error);
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

function answerWith(answers: { sha?: unknown; tree?: unknown; link?: string }) {
  hub.special = (request, response) => {
    if (answers.link && !request.url?.includes('cursor')) response.setHeader('link', answers.link);
    if (request.url?.includes('/revision/'))
      response.end(JSON.stringify({ sha: 'sha' in answers ? answers.sha : commit }));
    else if (request.url?.includes('/tree/')) response.end(JSON.stringify('tree' in answers ? answers.tree : []));
    else return false;
    return true;
  };
}

describe('what the hub sends', () => {
  it.each([
    '../../../outside',
    '..',
    '',
    'main',
    `${'a'.repeat(39)}/`,
    `${'a'.repeat(40)}\n`,
    7,
    null,
    ['a'.repeat(40)],
  ])('is not a commit: %j, and makes no path', async (sha) => {
    answerWith({ sha });
    const cacheDir = join(hub.folder, 'a', 'b', 'cache');
    await expect(readHubFile('owner/x', 'none.json', { cacheDir })).rejects.toThrow(HubError);
    expect(existsSync(join(hub.folder, 'a'))).toBe(false);
  });

  it('is odd for one repository, and right for the next', async () => {
    answerWith({ sha: '../x' });
    await expect(listFiles('owner/x')).rejects.toThrow(HubError);
    hub.special = () => false;
    expect(await listFiles('owner/tiny')).toHaveLength(2);
  });

  it('is another commit than the one asked for', async () => {
    answerWith({ sha: 'b'.repeat(40) });
    await expect(listFiles('owner/x', { revision: commit })).rejects.toThrow('does not answer as a hub does');
  });

  const file = { type: 'file', path: 'a.json', size: 2, oid: gitHash('{}') };
  it.each([
    null,
    7,
    'text',
    {},
    [null],
    [7],
    [{ ...file, path: 7 }],
    [{ ...file, path: undefined }],
    [{ ...file, size: -1 }],
    [{ ...file, size: '2' }],
    [{ ...file, oid: '../../x' }],
    [{ ...file, oid: 'a'.repeat(50) }],
    [{ ...file, lfs: { oid: '../../../../x', size: 2 } }],
  ])('is not a list of files: %j', async (tree) => {
    answerWith({ tree });
    await expect(readHubFile('owner/x', 'a.json')).rejects.toThrow(HubError);
    expect(existsSync(join(hub.folder, 'hub', 'models--owner--x', 'blobs'))).toBe(false);
  });

  it.each(['../../../evil.txt', '/etc/evil', 'a/../../evil', 'C:/evil', 'a\\..\\..\\evil'])(
    'is a file outside: %s',
    async (path) => {
      answerWith({ tree: [{ ...file, path }] });
      await expect(resolveFolder('owner/x')).rejects.toThrow(`'${path}' is not a file name`);
      await expect(listFiles('owner/x')).rejects.toThrow(HubError);
      expect(readdirSync(hub.folder)).toEqual(['hub']);
      expect(existsSync(join(hub.folder, 'hub', 'models--owner--x', 'blobs'))).toBe(false);
    },
  );

  it('is a next page on another host, which gets no token', async () => {
    const asked: unknown[] = [];
    const other = createServer((request, response) => {
      asked.push(request.headers.authorization);
      response.end('[]');
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    vi.stubEnv('HF_TOKEN', 'hf_SECRET');
    answerWith({ link: `<http://127.0.0.1:${(other.address() as AddressInfo).port}/next>; rel="next"` });
    expect(await listFiles('owner/x')).toEqual([]);
    expect(asked).toEqual([undefined]);
    await new Promise((resolve) => other.close(resolve));
  });

  it('is a redirect to another host, which gets no token', async () => {
    const asked: unknown[] = [];
    const other = createServer((request, response) => {
      asked.push(request.headers.authorization);
      response.end(JSON.stringify({ sha: commit }));
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    vi.stubEnv('HF_TOKEN', 'hf_SECRET');
    const { port } = other.address() as AddressInfo;
    hub.special = (request, response) => {
      if (!request.url?.includes('/revision/')) return false;
      return Boolean(response.writeHead(307, { location: `http://127.0.0.1:${port}/x` }).end());
    };
    await listFiles('owner/tiny');
    expect(asked).toEqual([undefined]);
    await new Promise((resolve) => other.close(resolve));
  });

  it('is an answer that does not end', async () => {
    hub.special = (request, response) => {
      if (!request.url?.includes('/revision/')) return false;
      const chunk = Buffer.alloc(2 ** 20, ' ');
      const write = () => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', write);
      };
      write();
      return true;
    };
    await expect(readHubFile('owner/tiny', 'config.json')).rejects.toThrow('the answer is larger than 64 MB');
  });

  it('is a list of files that does not end', async () => {
    hub.special = (request, response) => {
      if (!request.url?.includes('/tree/')) return false;
      response.setHeader('link', `<${hub.endpoint}${request.url}>; rel="next"`);
      return Boolean(response.end('[]'));
    };
    await expect(listFiles('owner/tiny')).rejects.toThrow('does not end');
  });

  it('is a redirect to itself', async () => {
    const again = (response: ServerResponse, url = '') => Boolean(response.writeHead(302, { location: url }).end());
    hub.special = (request, response) => again(response, request.url);
    await expect(readHubFile('owner/tiny', 'config.json')).rejects.toThrow('it redirects for ever');
    expect(hub.requests.length).toBeLessThan(25);
  });

  it('is a content that redirects to itself', async () => {
    hub.special = (request, response) =>
      Boolean(request.url?.includes('/resolve/') && response.writeHead(302, { location: request.url }).end());
    await expect(readHubFile('owner/tiny', 'config.json')).rejects.toThrow('it redirects for ever');
    expect(hub.requests.length).toBeLessThan(30);
  });
});

it.each(['config.json', 'a/b.json', '...', 'a..b', 'ümlaut.txt', 'a b', '~x', 'CON', 'ab:c'])(
  'the file name %j stays inside on every system',
  (name) => {
    requireFilename(name);
    for (const [path, root] of [
      [posix, '/cache/x'],
      [win32, 'C:\\cache\\x'],
    ] as const) {
      expect(path.join(root, name).startsWith(root + path.sep)).toBe(true);
    }
  },
);

describe('secrets', () => {
  it.each(['hf_SECRET\u00e9', '\u201chf_SECRET\u201d', 'hf_SECRET x', 'hf_\u0001SECRET'])(
    'an invalid token is refused without being shown: %j',
    async (token) => {
      vi.stubEnv('HF_TOKEN', token);
      const found = await failure(readHubFile('owner/tiny', 'config.json'));
      expect(found).toBeInstanceOf(HubError);
      expect(textOf(found)).toMatch(/The token in HF_TOKEN holds U\+/);
      expect(textOf(found)).not.toContain('SECRET');
    },
  );

  it('line ends in a token count for nothing, as in Python', async () => {
    const seen = new Set<unknown>();
    hub.special = (request) => {
      seen.add(request.headers.authorization);
      return false;
    };
    vi.stubEnv('HF_TOKEN', ' hf_SEC\r\nRET\n');
    await readHubFile('owner/tiny', 'config.json');
    expect([...seen]).toEqual(['Bearer hf_SECRET']);
  });

  it.each(['http://user:SECRET@127.0.0.1:1', 'ftp://user:SECRET@host/x', 'user:SECRET@host', 'http://user:SECRET@'])(
    'the password of HF_ENDPOINT is not shown: %s',
    async (endpoint) => {
      vi.stubEnv('HF_ENDPOINT', endpoint);
      const found = await failure(readHubFile('owner/tiny', 'config.json'));
      expect(found).toBeInstanceOf(HubError);
      expect(textOf(found)).not.toContain('SECRET');
    },
  );

  it('the password of HF_ENDPOINT is sent, and gives way to a token', async () => {
    const seen: unknown[] = [];
    hub.special = (request) => {
      if (request.url?.includes('/resolve/')) seen.push(request.headers.authorization);
      return false;
    };
    vi.stubEnv('HF_ENDPOINT', hub.endpoint.replace('//', '//me:p%40ss@'));
    await readHubFile('owner/tiny', 'config.json');
    vi.stubEnv('HF_TOKEN', 'hf_x');
    await readHubFile('owner/tiny', 'config.json', { forceDownload: true });
    expect(seen).toEqual([`Basic ${Buffer.from('me:p@ss').toString('base64')}`, 'Bearer hf_x']);
  });
});
