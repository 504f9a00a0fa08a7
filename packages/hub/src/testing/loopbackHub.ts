import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, vi } from 'vitest';
import { forgetAnswers } from '../hubClient.ts';

export const commit = 'a'.repeat(40);
export const config = '{"model_type":"bert"}\n';
export const weights = Buffer.from(Uint8Array.from({ length: 200_000 }, (_, index) => (index * 7) % 251));
export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
export const gitHash = (text: string) =>
  createHash('sha1')
    .update(`blob ${Buffer.byteLength(text)}\0${text}`)
    .digest('hex');

/** A hub on this machine with the model `owner/tiny` and the dataset `owner/pairs`. */
export interface LoopbackHub {
  endpoint: string;
  /** HF_HOME, empty before each test. */
  folder: string;
  requests: string[];
  /** Handles a request before the ordinary answers; returns true when it did. */
  special: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Ends the server. */
  stop(): Promise<void>;
}

const variables = (
  'HF_HUB_OFFLINE TRANSFORMERS_OFFLINE HF_TOKEN HUGGING_FACE_HUB_TOKEN HF_TOKEN_PATH HF_HUB_DISABLE_IMPLICIT_TOKEN ' +
  'HF_HUB_CACHE HUGGINGFACE_HUB_CACHE XDG_CACHE_HOME HF_HUB_ETAG_TIMEOUT ' +
  'HTTPS_PROXY HTTP_PROXY ALL_PROXY NO_PROXY https_proxy http_proxy all_proxy no_proxy'
).split(' ');

/** Starts such a hub before each test, and ends it after each. */
export function startLoopbackHub(): LoopbackHub {
  let server: Server;
  const hub: LoopbackHub = {
    endpoint: '',
    folder: '',
    requests: [],
    special: () => false,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      forgetAnswers();
    },
  };
  beforeEach(async () => {
    forgetAnswers();
    hub.requests = [];
    hub.special = () => false;
    hub.folder = mkdtempSync(join(tmpdir(), 'attune-hub-'));
    server = createServer((request, response) => {
      const url = request.url ?? '';
      hub.requests.push(`${request.method} ${url}${request.headers.range ? ` ${request.headers.range}` : ''}`);
      if (!hub.special(request, response)) answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    hub.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (const name of variables) vi.stubEnv(name, '');
    vi.stubEnv('HF_ENDPOINT', hub.endpoint);
    vi.stubEnv('HF_HOME', hub.folder);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await hub.stop();
    rmSync(hub.folder, { recursive: true, force: true });
  });
  return hub;
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = request.url ?? '';
  const json = (value: unknown) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  if (/^\/api\/(models\/owner\/tiny|datasets\/owner\/pairs)\/revision\/(main|v1)$/.test(url)) json({ sha: commit });
  else if (url.startsWith(`/api/models/owner/tiny/tree/${commit}`)) {
    json([
      { type: 'file', path: 'config.json', size: config.length, oid: gitHash(config) },
      { type: 'directory', path: 'sub', size: 0, oid: 'b'.repeat(40) },
      {
        type: 'file',
        path: 'sub/weights.bin',
        size: weights.length,
        oid: 'c'.repeat(40),
        lfs: { oid: sha256(weights), size: weights.length, pointerSize: 130 },
      },
    ]);
  } else if (url.startsWith(`/api/datasets/owner/pairs/tree/${commit}`))
    json([{ type: 'file', path: 'a.csv', size: 4, oid: gitHash('x\n1\n') }]);
  else if (url === `/datasets/owner/pairs/resolve/${commit}/a.csv`) response.end('x\n1\n');
  else if (url === `/owner/tiny/resolve/${commit}/config.json`) response.end(config);
  else if (url === `/owner/tiny/resolve/${commit}/sub/weights.bin`) {
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.writeHead(start > 0 ? 206 : 200).end(weights.subarray(start));
  } else response.writeHead(404, { 'x-error-code': 'RepoNotFound' }).end();
}
