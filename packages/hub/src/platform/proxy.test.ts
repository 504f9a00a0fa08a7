import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server as TcpServer, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HubError, HubOfflineError, readHubFile } from '../index.ts';
import { commit, config, gitHash, startLoopbackHub } from '../testing/loopbackHub.ts';
import { cert, key } from '../testing/selfSigned.ts';
import { proxyFor } from './proxy.ts';

const hub = startLoopbackHub();
const read = async () => new TextDecoder().decode(await readHubFile('owner/tiny', 'config.json'));
const listen = (server: TcpServer) =>
  new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

/** A proxy: passes http requests on, and makes tunnels to the port it was asked for. */
let proxy: Server;
let proxyPort: number;
let asked: string[];
let refusal: number | undefined;

beforeEach(async () => {
  asked = [];
  refusal = undefined;
  proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim());
    if (refusal) response.writeHead(refusal, { 'retry-after': '0' }).end();
    else void passOn(request, response);
  });
  proxy.on('connect', (request: IncomingMessage, socket: Socket) => {
    asked.push(`CONNECT ${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim());
    if (refusal) return void socket.end(`HTTP/1.1 ${refusal} No\r\n\r\n`);
    const upstream = connect(Number(request.url?.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  proxyPort = await listen(proxy);
});
afterEach(async () => {
  proxy.closeAllConnections();
  await new Promise((resolve) => proxy.close(resolve));
});

async function passOn(request: IncomingMessage, response: ServerResponse) {
  const { pathname, search } = new URL(request.url ?? '');
  const answer = await fetch(hub.endpoint + pathname + search);
  response.writeHead(answer.status).end(new Uint8Array(await answer.arrayBuffer()));
}

/** A proxy of SOCKS 5 (RFC 1928) without passwords: whatever host is wanted, it is the hub. */
function answerSocks(socket: Socket, wanted: string[]) {
  socket.on('error', () => socket.destroy());
  socket.once('data', () => {
    socket.write(Uint8Array.of(5, 0));
    socket.once('data', (request) => {
      wanted.push(request.subarray(5, 5 + (request[4] ?? 0)).toString());
      const upstream = connect(Number(new URL(hub.endpoint).port), '127.0.0.1', () => {
        socket.write(Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0));
        upstream.pipe(socket).pipe(upstream);
      });
      upstream.on('error', () => socket.destroy());
    });
  });
}

describe('a download through a proxy', () => {
  it('of a hub without TLS is asked of the proxy itself', async () => {
    vi.stubEnv('HF_ENDPOINT', 'http://hub.example');
    vi.stubEnv('http_proxy', `http://127.0.0.1:${proxyPort}`);
    expect(await read()).toBe(config);
    expect(asked.length).toBeGreaterThan(2);
    expect(asked.every((line) => line.startsWith('GET http://hub.example/'))).toBe(true);
  });

  it('of a hub with TLS goes through a tunnel, with name and password for the proxy alone', async () => {
    const secure = createSecureServer({ cert, key }, (request, response) => {
      expect(request.headers['proxy-authorization']).toBeUndefined();
      if (request.url?.includes('/revision/')) response.end(JSON.stringify({ sha: commit }));
      else if (request.url?.includes('/tree/'))
        response.end(JSON.stringify([{ type: 'file', path: 'config.json', size: 2, oid: gitHash('{}') }]));
      else response.end('{}');
    });
    const port = await listen(secure);
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    vi.stubEnv('HF_ENDPOINT', `https://hub.example:${port}`);
    vi.stubEnv('HTTPS_PROXY', `http://me:p%40ss@127.0.0.1:${proxyPort}`);
    expect(await read()).toBe('{}');
    const basic = Buffer.from('me:p@ss').toString('base64');
    expect(new Set(asked)).toEqual(new Set([`CONNECT hub.example:${port} Basic ${basic}`]));
    secure.closeAllConnections();
    await new Promise((resolve) => secure.close(resolve));
  });

  it.each([407, 502, 403])('that refuses with %i names it, and not its password', async (status) => {
    refusal = status;
    vi.stubEnv('HF_ENDPOINT', 'https://hub.example');
    vi.stubEnv('HTTPS_PROXY', `http://me:SECRET@127.0.0.1:${proxyPort}`);
    const error = (await read().catch((thrown: unknown) => thrown)) as Error;
    expect(error).toBeInstanceOf(HubOfflineError);
    expect(error.message).toContain(`through the proxy http://127.0.0.1:${proxyPort} (HTTPS_PROXY)`);
    expect(error.message).toContain(status === 407 ? 'the proxy requires a name and a password' : String(status));
    for (let each: unknown = error; each instanceof Error; each = each.cause)
      expect(each.message + each.stack).not.toContain('SECRET');
    expect(asked).toHaveLength(1);
  });

  it('that wants a password says so without a tunnel too', async () => {
    refusal = 407;
    vi.stubEnv('HF_ENDPOINT', 'http://hub.example');
    vi.stubEnv('HTTP_PROXY', `127.0.0.1:${proxyPort}`);
    await expect(read()).rejects.toThrow(
      /through the proxy \S+ \(HTTP_PROXY\): the proxy requires a name and a password, http:\/\/name:password@/,
    );
  });

  it('that is not there names it', async () => {
    vi.stubEnv('HF_ENDPOINT', 'https://hub.example');
    vi.stubEnv('ALL_PROXY', 'http://127.0.0.1:1');
    await expect(read()).rejects.toThrow(/through the proxy http:\/\/127.0.0.1:1 \(ALL_PROXY\): .*ECONNREFUSED/);
  });

  it('is not made where NO_PROXY takes the hub out', async () => {
    vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${proxyPort}`);
    vi.stubEnv('NO_PROXY', 'localhost,127.0.0.1');
    expect(await read()).toBe(config);
    expect(asked).toEqual([]);
  });

  it('that is set after a failure is taken at once', async () => {
    const closed = createServer();
    vi.stubEnv('HF_ENDPOINT', `http://127.0.0.1:${await listen(closed)}`);
    await new Promise((resolve) => closed.close(resolve));
    await expect(read()).rejects.toThrow('ECONNREFUSED');
    vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${proxyPort}`);
    expect(await read()).toBe(config);
  });

  it.each(['socks5', 'socks5h'])('of the kind %s', async (kind) => {
    const wanted: string[] = [];
    const socks = createTcpServer((socket) => answerSocks(socket, wanted));
    const port = await listen(socks);
    vi.stubEnv('HF_ENDPOINT', 'http://hub.example');
    vi.stubEnv('ALL_PROXY', `${kind}://127.0.0.1:${port}`);
    expect(await read()).toBe(config);
    expect(new Set(wanted)).toEqual(new Set(['hub.example']));
  });

  it('that passes a busy hub on names the proxy', async () => {
    refusal = 503;
    vi.stubEnv('HF_ENDPOINT', 'http://hub.example');
    vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${proxyPort}`);
    await expect(read()).rejects.toThrow(
      /status 503 through the proxy \S+ \(HTTP_PROXY\), 5 times\. Try again later\.$/,
    );
  });
});

it('a certificate that is not trusted gives an error with what to do', async () => {
  const secure = createSecureServer({ cert, key }, (_, response) => response.end('{}'));
  vi.stubEnv('HF_ENDPOINT', `https://localhost:${await listen(secure)}`);
  await expect(read()).rejects.toThrow(
    /certificate is not trusted \(self-signed certificate, DEPTH_ZERO_SELF_SIGNED_CERT\).*NODE_EXTRA_CA_CERTS.*NODE_USE_SYSTEM_CA=1/,
  );
  await new Promise((resolve) => secure.close(resolve));
});

describe('the proxy of an address', () => {
  const shown = (address: string, environment: Record<string, string>) => proxyFor(address, environment)?.shown;

  it.each([
    [{}, undefined],
    [{ HTTPS_PROXY: '' }, undefined],
    [{ HTTPS_PROXY: 'http://p:3128' }, 'http://p:3128 (HTTPS_PROXY)'],
    [{ https_proxy: 'http://small', HTTPS_PROXY: 'http://large' }, 'http://small (https_proxy)'],
    [{ HTTPS_PROXY: 'p:3128' }, 'http://p:3128 (HTTPS_PROXY)'],
    [{ HTTPS_PROXY: 'https://u:pw@p' }, 'https://p (HTTPS_PROXY)'],
    [{ HTTP_PROXY: 'http://p' }, undefined],
    [{ ALL_PROXY: 'socks5://p:1080' }, 'socks5://p:1080 (ALL_PROXY)'],
    [{ all_proxy: 'http://all', HTTPS_PROXY: 'http://p' }, 'http://p (HTTPS_PROXY)'],
  ])('%j', (environment, expected) => {
    expect(shown('https://huggingface.co', environment as Record<string, string>)).toBe(expected);
  });

  it.each([
    ['https://huggingface.co', '*'],
    ['https://huggingface.co', 'other, huggingface.co'],
    ['https://huggingface.co', 'other HuggingFace.co'],
    ['https://cdn.huggingface.co', 'huggingface.co'],
    ['https://cdn.huggingface.co', '.huggingface.co'],
    ['https://cdn.huggingface.co', '*.huggingface.co'],
    ['https://huggingface.co', 'huggingface.co:443'],
    ['https://hub:8443/x', 'hub:8443'],
    ['https://10.1.2.3', '10.0.0.0/8'],
    ['https://127.0.0.1:99', '127.0.0.1'],
    ['https://[::1]:99', '::1'],
    ['https://[::1]:99', '[::1]:99'],
    ['https://[fd00::1]', 'fd00::/8'],
  ])('%s is excepted by NO_PROXY=%s', (address, noProxy) => {
    expect(shown(address, { HTTPS_PROXY: 'http://p', NO_PROXY: noProxy })).toBeUndefined();
    expect(shown(address, { HTTPS_PROXY: 'http://p', no_proxy: noProxy, NO_PROXY: '' })).toBeUndefined();
  });

  it.each([
    ['https://huggingface.co', ''],
    ['https://nothuggingface.co', 'huggingface.co'],
    ['https://huggingface.co', 'cdn.huggingface.co'],
    ['https://huggingface.co', 'huggingface.co:80'],
    ['https://hub:8443', 'hub:443'],
    ['https://11.1.2.3', '10.0.0.0/8'],
    ['https://hub', '10.0.0.0/8'],
    ['https://10.0.0.1', '10.0.0.0/99'],
    ['https://[::2]', '::1'],
  ])('%s is not excepted by NO_PROXY=%s', (address, noProxy) => {
    expect(shown(address, { HTTPS_PROXY: 'http://p', NO_PROXY: noProxy })).toBe('http://p (HTTPS_PROXY)');
  });

  it.each(['http://u:SECRET@', 'socks4://u:SECRET@p', 'ftp://u:SECRET@p', 'http://u:SECRET@p:99999'])(
    '%s is not a proxy, and the error does not show its password',
    (value) => {
      const find = () => proxyFor('https://hub', { HTTPS_PROXY: value });
      expect(find).toThrow(HubError);
      expect(find).toThrow(/^HTTPS_PROXY (?!.*SECRET)/);
    },
  );
});
