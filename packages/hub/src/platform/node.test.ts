import { stat } from 'node:fs/promises';
import { expect, it, vi } from 'vitest';
import { HubError } from '../errors.ts';
import { findInFolder, isFolder } from './node.ts';

vi.mock('node:fs/promises', async (original) => ({ ...(await original<object>()), stat: vi.fn<typeof stat>() }));

function refuse(code: string): void {
  const error = Object.assign(new Error(`${code}: permission denied, stat '/secret'`), { code });
  vi.mocked(stat).mockRejectedValue(error);
}

it.each(['EACCES', 'EPERM', 'ERR_ACCESS_DENIED'])(
  'does not call missing what may not be looked at: %s',
  async (code) => {
    refuse(code);
    const error = new HubError(`'/secret/model' cannot be read (${code}: permission denied, stat '/secret')`);
    await expect(isFolder('/secret/model')).rejects.toThrow(error);
    await expect(findInFolder('/secret', 'model')).rejects.toThrow(error);
  },
);

it('takes for a name on the hub what may not be looked at here, and can be one', async () => {
  refuse('ERR_ACCESS_DENIED');
  expect(await isFolder('bert-base-uncased')).toBe(false);
  expect(await isFolder('owner/name')).toBe(false);
});

it('finds nothing where nothing is', async () => {
  refuse('ENOENT');
  expect(await isFolder('/missing')).toBe(false);
  expect(await findInFolder('/missing', 'config.json')).toBeUndefined();
});
