import { expect, it } from 'vitest';
import { addressOnSite, pages, sourceAddress, withSiteLinks } from './addresses.mjs';

it('leads from page to page of the site', () => {
  expect(addressOnSite('README.md', 'docs/parity.md')).toBe('project/parity.md');
  expect(addressOnSite('docs/guide/fp16.md', '../own-loop.md')).toBe('own-loop.md');
  expect(addressOnSite('docs/guide/fp16.md', '../../packages/bert')).toBe('../packages/bert.md');
  expect(addressOnSite('packages/trainer/README.md', '../../docs/performance.md#memory')).toBe(
    '../project/performance.md#memory',
  );
});

it('leads to the repository for a file that is not a page', () => {
  expect(addressOnSite('README.md', 'LICENSE')).toBe(`${sourceAddress}LICENSE`);
  expect(addressOnSite('docs/own-loop.md', '../examples/lesson.ts')).toBe(`${sourceAddress}examples/lesson.ts`);
  expect(addressOnSite('docs/own-loop.md', '../scripts')).toMatch(/\/tree\/main\/scripts$/);
});

it('keeps links to other sites, within the page, and to nothing', () => {
  for (const link of ['https://example.org/a.md', '#here', 'no-such-page.md'])
    expect(addressOnSite('README.md', link)).toBe(link);
});

it('changes links, and nothing in blocks of code', () => {
  const code = '```md\n[a](docs/parity.md)\n```';
  expect(withSiteLinks('README.md', `[a](docs/parity.md)\n\n${code}\n`)).toBe(`[a](project/parity.md)\n\n${code}\n`);
});

it('gives every page its own address', () => {
  expect(new Set(pages.values()).size).toBe(pages.size);
});
