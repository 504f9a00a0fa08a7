import { expect, it } from 'vitest';
import { loadWebGpu } from './browser.ts';

it("refuses a backend of Dawn's, which a page does not have", async () => {
  await expect(loadWebGpu({ backend: 'null', robustness: true })).rejects.toThrow(
    /only Dawn in Node has the backend null/,
  );
});
