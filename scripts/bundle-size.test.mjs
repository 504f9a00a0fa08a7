import { expect, it, vi } from 'vitest';
import { atStart, bundle, gzipped, lessonPage, pages } from './bundle-size.mjs';

// A busy machine bundles slowly.
vi.setConfig({ testTimeout: 60_000 });

it.each(Object.entries(pages))('%s weighs no more than it may', async (_, page) => {
  const chunks = await bundle(page);
  expect(gzipped(chunks)).toBeLessThan(page.most);
});

it('the lesson weighs no more at its start than it may, and loads the rest later', async () => {
  const chunks = await bundle(lessonPage);
  expect(gzipped(atStart(chunks))).toBeLessThan(lessonPage.most);
  const late = gzipped(chunks) - gzipped(atStart(chunks));
  expect(late).toBeGreaterThan(100);
});

it('leaves out what a page does not import', async () => {
  const [{ code }] = await bundle(pages['a sum']);
  for (const absent of ['kernels/attention', 'kernels/gemm', 'kernels/optimizer', 'powOf', 'sinOf'])
    expect(code).not.toContain(absent);
});
