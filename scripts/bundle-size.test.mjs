import { expect, it, vi } from 'vitest';
import { atStart, bundle, gzipped, lessonPage, ownWeight, pages, weights } from './bundle-size.mjs';

// A busy machine bundles slowly.
vi.setConfig({ testTimeout: 60_000 });

it.each(Object.entries(pages))('%s weighs no more than it may', async (_, page) => {
  const weighed = { ...weights(await bundle(page)), tensor: await ownWeight(page) };
  for (const [kind, most] of Object.entries(page.most)) expect(weighed[kind], kind).toBeLessThan(most);
});

it('the lesson weighs no more at its start than it may, and loads the rest later', async () => {
  const chunks = await bundle(lessonPage);
  expect(gzipped(atStart(chunks))).toBeLessThan(lessonPage.most);
  const modules = atStart(chunks).flatMap((chunk) => Object.keys(chunk.modules));
  expect(modules.filter((id) => id.includes('/packages/kernels/'))).toEqual([]);
});

it('leaves out what a page does not import', async () => {
  const chunks = await bundle(pages['a sum']);
  const code = chunks.map((chunk) => chunk.code).join('\n');
  for (const absent of ['kernels/attention', 'kernels/gemm', 'kernels/optimizer', 'powOf', 'sinOf'])
    expect(code).not.toContain(absent);
});

const withProducts = ['an MLP', 'all of @attune/tensor'];
it.each(withProducts)(
  '%s loads late what only a device needs, or one kind of adapter, in chunks that share nothing',
  async (page) => {
    const chunks = await bundle(pages[page]);
    const late = chunks.filter(({ isDynamicEntry }) => isDynamicEntry);
    for (const name of [
      'softwareVariants.ts',
      'gpuVariants.ts',
      'matrixVariants.ts',
      'probeMatrices.ts',
      'compileError.ts',
      'deviceParts.ts',
      'preparePrograms.ts',
      'classLossTexts.js',
      'coreTexts.js',
      'modelTexts.js',
      'optimizerTexts.js',
    ])
      expect(late.map(({ facadeModuleId }) => facadeModuleId)).toContainEqual(expect.stringContaining(name));
    // Bundlers may put what is shared into the page's chunk, for which a page that waits at its top
    // for its device would wait for ever.
    for (const { imports, fileName } of late) expect(imports, fileName).toEqual([]);
  },
);
