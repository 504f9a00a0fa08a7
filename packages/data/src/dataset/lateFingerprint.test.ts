import { expect, it, vi } from 'vitest';
import { Dataset } from '../index.ts';

it('a fingerprint whose code could not be loaded is asked for again', async () => {
  const dataset = Dataset.fromRows([{ a: 1 }]);
  vi.doMock('../columns/tableFile.ts', () => {
    throw new Error('offline');
  });
  await expect(dataset.fingerprint()).rejects.toThrow();
  vi.doUnmock('../columns/tableFile.ts');
  expect(await dataset.fingerprint()).toBe(await Dataset.fromRows([{ a: 1 }]).fingerprint());
});
