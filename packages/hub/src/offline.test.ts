import { rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { forgetAnswers } from './hubClient.ts';
import { HubOfflineError, listFiles, readHubFile, resolveFile, resolveFolder } from './index.ts';
import { config, startLoopbackHub } from './testing/loopbackHub.ts';

const hub = startLoopbackHub();
const repository = () => join(hub.folder, 'hub', 'models--owner--tiny');

describe('without a network', () => {
  it('a copy that is here serves', async () => {
    await resolveFile('owner/tiny', 'config.json');
    await hub.stop();
    expect(new TextDecoder().decode(await readHubFile('owner/tiny', 'config.json'))).toBe(config);
    expect(await listFiles('owner/tiny')).toEqual(['config.json']);
    await expect(resolveFile('owner/tiny', 'vocab.txt')).rejects.toMatchObject({ missing: 'file', offline: true });
  });

  it('what the hub said not to have is known', async () => {
    await resolveFile('owner/tiny', 'config.json');
    await resolveFile('owner/tiny', 'vocab.txt').catch(() => {});
    await hub.stop();
    await expect(resolveFile('owner/tiny', 'vocab.txt')).rejects.toMatchObject({ missing: 'file', offline: false });
  });

  it('a folder must be passed, and the error says so', async () => {
    await hub.stop();
    const error = await resolveFile('bert-base-uncased', 'config.json').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HubOfflineError);
    expect((error as Error).message).toContain("pass the path of that folder instead of 'bert-base-uncased'");
    expect((error as Error).message).toContain('ECONNREFUSED');
    await expect(listFiles('glue', { repoType: 'dataset' })).rejects.toThrow(HubOfflineError);
    await expect(resolveFolder('glue', { repoType: 'dataset' })).rejects.toThrow(HubOfflineError);
  });

  it('a hub that is silent is given up, and not asked again at once', async () => {
    vi.stubEnv('HF_HUB_ETAG_TIMEOUT', '0.3');
    hub.special = () => true;
    await expect(resolveFile('owner/tiny', 'config.json')).rejects.toThrow(/no answer within 0.3 seconds/);
    const asked = hub.requests.length;
    await expect(resolveFile('owner/tiny', 'config.json')).rejects.toThrow(HubOfflineError);
    expect(hub.requests).toHaveLength(asked);
  });

  it.each([
    [
      'a page of the network instead of the hub',
      (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>log in</html>'),
      /not JSON/,
    ],
    ['a broken hub', (response: ServerResponse) => response.writeHead(503, { 'retry-after': '0' }).end(), /503/],
    ['JSON of something else', (response: ServerResponse) => response.end('{}'), /does not answer as a hub/],
  ] as const)('counts as offline: %s', async (_, respond, message) => {
    hub.special = (_request, response) => Boolean(respond(response));
    await expect(resolveFile('owner/tiny', 'config.json')).rejects.toThrow(message);
    forgetAnswers();
    await expect(resolveFile('owner/tiny', 'config.json')).rejects.toThrow(HubOfflineError);
  });

  it.each([['HF_HUB_OFFLINE'], ['TRANSFORMERS_OFFLINE']])('%s asks nothing', async (name) => {
    vi.stubEnv(name, '1');
    await expect(resolveFile('owner/tiny', 'config.json')).rejects.toThrow(`${name} is set`);
    await expect(resolveFile('owner/tiny', 'config.json', { localFilesOnly: true })).rejects.toThrow(
      'localFilesOnly is set',
    );
    expect(hub.requests).toEqual([]);
  });

  it('HF_HUB_OFFLINE=0 overrides TRANSFORMERS_OFFLINE, as in Python', async () => {
    vi.stubEnv('TRANSFORMERS_OFFLINE', '1');
    vi.stubEnv('HF_HUB_OFFLINE', '0');
    expect(await readHubFile('owner/tiny', 'config.json')).toHaveLength(config.length);
  });

  it.each([['HF_HOME'], ['HF_HUB_CACHE'], ['cacheDir']])('names the cache of %s', async (name) => {
    const place = join(hub.folder, 'elsewhere');
    const options = name === 'cacheDir' ? { cacheDir: place } : {};
    if (name !== 'cacheDir') vi.stubEnv(name, place);
    const cache = name === 'HF_HOME' ? join(place, 'hub') : place;
    await expect(readHubFile('owner/tiny', 'config.json', { ...options, localFilesOnly: true })).rejects.toThrow(
      `unless HF_HOME is set there) to ${cache}.`,
    );
  });

  it("reads a cache that Hugging Face's JavaScript library wrote, which has no refs", async () => {
    await resolveFile('owner/tiny', 'config.json');
    rmSync(join(repository(), 'refs'), { recursive: true });
    await hub.stop();
    expect(new TextDecoder().decode(await readHubFile('owner/tiny', 'config.json'))).toBe(config);
  });
});
