import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { deadAnchors } from './anchors.mjs';

it('finds links to missing anchors', () => {
  const site = mkdtempSync(join(tmpdir(), 'attune-anchors-'));
  try {
    mkdirSync(join(site, 'guide'));
    const link = (to) => `<a href="${to}">there</a>`;
    const good = ['#top', './b.html#end', '/attune/guide/b.html#end', 'https://example.org/#x', './b.html'];
    writeFileSync(
      join(site, 'guide/a.html'),
      `<h1 id="top"></h1>${[...good, '#gone', './b.html#top'].map(link).join('')}`,
    );
    writeFileSync(join(site, 'guide/b.html'), `<h2 id="end"></h2>${link('/attune/#home')}`);
    writeFileSync(join(site, 'index.html'), '<h1 id="home"></h1>');
    expect(deadAnchors(site, '/attune/')).toEqual(['guide/a.html: #gone', 'guide/a.html: ./b.html#top']);
  } finally {
    rmSync(site, { recursive: true });
  }
});
