import { stat } from 'node:fs/promises';
import { expect, it, vi } from 'vitest';
import { kindOf } from './node.ts';

vi.mock('node:fs/promises', async (original) => ({ ...(await original<object>()), stat: vi.fn<typeof stat>() }));

it.each(['EACCES', 'ERR_ACCESS_DENIED'])(
  'has a file read that may not be looked at, so that it is told why: %s',
  async (code) => {
    vi.mocked(stat).mockRejectedValue(Object.assign(new Error('denied'), { code }));
    expect(await kindOf('/secret/pairs.csv')).toBe('file');
    expect(await kindOf('glue')).toBeUndefined();
  },
);

it('knows no kind of what is not there', async () => {
  vi.mocked(stat).mockRejectedValue(Object.assign(new Error('missing'), { code: 'ENOENT' }));
  expect(await kindOf('/missing/pairs.csv')).toBeUndefined();
});
