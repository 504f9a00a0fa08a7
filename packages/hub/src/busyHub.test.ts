import { describe, expect, it, vi } from 'vitest';
import { HubDownloadError, HubOfflineError, readHubFile } from './index.ts';
import { maxAttempts, waitBefore } from './retry.ts';
import { config, startLoopbackHub } from './testing/loopbackHub.ts';

const hub = startLoopbackHub();
const read = async () => new TextDecoder().decode(await readHubFile('owner/tiny', 'config.json'));

/** Answers `status` to the first requests of a kind. */
function refuse(kind: string, status: number, times: number, headers: Record<string, string> = {}) {
  hub.special = (request, response) => {
    if (!request.url?.includes(kind) || times-- <= 0) return false;
    return Boolean(response.writeHead(status, headers).end());
  };
}

describe('a busy hub', () => {
  it.each([408, 429, 500, 502, 503, 504])('that answers %i is asked again', async (status) => {
    refuse('/revision/', status, 2, { 'retry-after': '0' });
    expect(await read()).toBe(config);
    expect(hub.requests.filter((request) => request.includes('/revision/'))).toHaveLength(3);
  });

  it('is asked again for a page of the list and for a content', async () => {
    refuse('/tree/', 503, 1);
    expect(await read()).toBe(config);
    refuse('/resolve/', 429, 3, { 'retry-after': '0' });
    await readHubFile('owner/tiny', 'config.json', { forceDownload: true });
    expect(hub.requests.filter((request) => request.includes('/resolve/'))).toHaveLength(5);
  });

  it('is waited for as long as it asks, which is reported', async () => {
    const told: string[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => told.push(String(text)) > 0);
    refuse('/revision/', 429, 1, { 'retry-after': '1' });
    const began = performance.now();
    expect(await read()).toBe(config);
    expect(performance.now() - began).toBeGreaterThan(950);
    expect(told).toEqual([`${hub.endpoint} answered with status 429; trying again in 1 s.\n`]);
    vi.restoreAllMocks();
  });

  it('is given up after some attempts, with advice that fits', async () => {
    refuse('/revision/', 503, Infinity, { 'retry-after': '0' });
    const error = await read().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HubOfflineError);
    expect(String(error)).toContain(`status 503, ${maxAttempts} times. Try again later.`);
    expect(String(error)).not.toContain('copy');
    expect(hub.requests).toHaveLength(maxAttempts);
  });

  it('that wants to be left alone for long is not waited for', async () => {
    refuse('/revision/', 429, Infinity, { 'retry-after': '3600' });
    await expect(read()).rejects.toThrow('asks for a later attempt (Retry-After: 3600)');
    expect(hub.requests).toHaveLength(1);
  });

  it('that gives no content ends the download after as many attempts', async () => {
    refuse('/resolve/', 502, Infinity, { 'retry-after': '0' });
    await expect(read()).rejects.toThrow(
      /could not be downloaded: \S+ answered with status 502, 5 times\. Try again later/,
    );
    await expect(read()).rejects.toThrow(HubDownloadError);
    expect(hub.requests.filter((request) => request.includes('/resolve/'))).toHaveLength(2 * maxAttempts);
  });

  it('gives way to a copy that is here', async () => {
    await read();
    const { forgetAnswers } = await import('./hubClient.ts');
    forgetAnswers();
    refuse('/revision/', 500, Infinity, { 'retry-after': '0' });
    expect(await read()).toBe(config);
  });
});

it.each([
  [1, null, 500],
  [4, null, 4000],
  [5, null, undefined],
  [1, '7', 7000],
  [1, '31', undefined],
  [1, 'Thu, 01 Jan 1970 00:00:12 GMT', 2000],
  [1, 'Thu, 01 Jan 1970 00:00:02 GMT', 0],
  [2, 'soon', 1000],
])('after attempt %i with Retry-After %s, the wait is %s ms', (attempt, retryAfter, milliseconds) => {
  expect(waitBefore(attempt, retryAfter, 10_000)).toBe(milliseconds);
});
