import { expect, it } from 'vitest';
import { loadWebGpu } from './browser.ts';

it('refuses what only Dawn in Node has', async () => {
  await expect(loadWebGpu({ backend: 'null', robustness: true })).rejects.toThrow(
    /only Dawn in Node has the backend null/,
  );
  await expect(loadWebGpu({ robustness: false })).rejects.toThrow(/only Dawn in Node takes robustness: false/);
});
