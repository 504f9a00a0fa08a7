import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { HubError, listFiles, readHubFile } from '../index.ts';
import { startLoopbackHub } from '../testing/loopbackHub.ts';
import { cacheFolder, readSettings } from './environment.ts';

const hub = startLoopbackHub();
const authorization = () => readSettings().authorization();

it('finds the cache as Python does', () => {
  expect(cacheFolder()).toBe(join(hub.folder, 'hub'));
  vi.stubEnv('HF_HOME', '~/x');
  expect(cacheFolder()).toBe(join(homedir(), 'x', 'hub'));
  vi.stubEnv('DISK', '/disk');
  vi.stubEnv('HF_HOME', '$DISK/${DISK}$NO_SUCH');
  expect(cacheFolder()).toBe(join('/disk', 'disk$NO_SUCH', 'hub'));
  vi.stubEnv('HF_HOME', '');
  expect(cacheFolder()).toBe(join(homedir(), '.cache', 'huggingface', 'hub'));
  vi.stubEnv('XDG_CACHE_HOME', '/x');
  expect(cacheFolder()).toBe(join('/x', 'huggingface', 'hub'));
  vi.stubEnv('HUGGINGFACE_HUB_CACHE', '/old');
  expect(cacheFolder()).toBe('/old');
  vi.stubEnv('HF_HUB_CACHE', '/new');
  expect(cacheFolder()).toBe('/new');
});

describe('the token', () => {
  it('is that of HF_TOKEN, then HUGGING_FACE_HUB_TOKEN, then of the login', async () => {
    expect(await authorization()).toBeUndefined();
    writeFileSync(join(hub.folder, 'token'), 'hf_login\n');
    expect(await authorization()).toBe('Bearer hf_login');
    const other = join(hub.folder, 'elsewhere');
    vi.stubEnv('HF_TOKEN_PATH', other);
    expect(await authorization()).toBeUndefined();
    writeFileSync(other, ' hf_path\r\n');
    expect(await authorization()).toBe('Bearer hf_path');
    vi.stubEnv('HUGGING_FACE_HUB_TOKEN', 'hf_old');
    expect(await authorization()).toBe('Bearer hf_old');
    vi.stubEnv('HF_TOKEN', ' \n');
    expect(await authorization()).toBe('Bearer hf_old');
    vi.stubEnv('HF_TOKEN', 'hf_new');
    expect(await authorization()).toBe('Bearer hf_new');
    vi.stubEnv('HF_HUB_DISABLE_IMPLICIT_TOKEN', '1');
    expect(await authorization()).toBeUndefined();
  });

  it('of the login is in ~/.cache/huggingface by default', async () => {
    vi.stubEnv('HF_HOME', '');
    vi.stubEnv('XDG_CACHE_HOME', hub.folder);
    mkdirSync(join(hub.folder, 'huggingface'));
    writeFileSync(join(hub.folder, 'huggingface', 'token'), 'hf_xdg');
    expect(await authorization()).toBe('Bearer hf_xdg');
  });

  it('of the login that is invalid gives an error that names its file', async () => {
    writeFileSync(join(hub.folder, 'token'), '{"hf": "SECRET"}');
    await expect(listFiles('owner/tiny')).rejects.toThrow(
      `The token in ${join(hub.folder, 'token')} holds U+0020 as its character 7, which no token has`,
    );
  });

  it('of the login opens a gated model', async () => {
    hub.special = (request, response) => {
      if (!request.url?.includes('/resolve/') || request.headers.authorization === 'Bearer hf_login') return false;
      return Boolean(response.writeHead(401, { 'x-error-code': 'GatedRepo' }).end());
    };
    await expect(readHubFile('owner/tiny', 'config.json')).rejects.toThrow(
      `accept its terms on ${hub.endpoint}/owner/tiny in a browser, then log in with \`hf auth login\`, or set HF_TOKEN`,
    );
    writeFileSync(join(hub.folder, 'token'), 'hf_login');
    expect((await readHubFile('owner/tiny', 'config.json')).length).toBeGreaterThan(0);
  });
});

it.each(['abc', '-5', '0', 'Infinity'])('HF_HUB_ETAG_TIMEOUT=%s is not a number of seconds', async (text) => {
  vi.stubEnv('HF_HUB_ETAG_TIMEOUT', text);
  await expect(listFiles('owner/tiny')).rejects.toThrow(
    `HF_HUB_ETAG_TIMEOUT must be a number of seconds, such as 5; got '${text}'`,
  );
});

it('takes blanks around HF_ENDPOINT for nothing', async () => {
  vi.stubEnv('HF_ENDPOINT', ` ${hub.endpoint}/ `);
  expect(await listFiles('owner/tiny')).toHaveLength(2);
});

it.each([
  [
    'hub.example.com',
    "HF_ENDPOINT must be an address with http:// or https://: https://hub.example.com; got 'hub.example.com'",
  ],
  ['hub.example:8080/hf', 'https://hub.example:8080/hf'],
  ['https://', 'such as https://huggingface.co'],
  ['ftp://hub', 'such as https://huggingface.co'],
])('HF_ENDPOINT=%s is not an address', async (endpoint, message) => {
  vi.stubEnv('HF_ENDPOINT', endpoint);
  await expect(listFiles('owner/tiny')).rejects.toThrow(message);
  await expect(listFiles('owner/tiny')).rejects.toThrow(HubError);
});
