import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rootFolder } from './setup/root-folder.mjs';

const packages = new Set(readdirSync(join(rootFolder, 'packages')));
const read = (path) => readFileSync(join(rootFolder, path), 'utf8');

describe('the documentation', () => {
  it('names files of the packages that exist', () => {
    const named = [...read('docs/architecture.md').matchAll(/`([a-z]+)\/([\w/.-]+)`/g)].filter(([, name]) =>
      packages.has(name),
    );
    expect(named.length).toBeGreaterThan(30);
    const missing = named.filter(([, name, path]) => !existsSync(join(rootFolder, 'packages', name, 'src', path)));
    expect(missing.map(([text]) => text)).toEqual([]);
  });

  const pages = ['README.md', 'CONTRIBUTING.md', 'examples/README.md', 'benchmarks/README.md'].concat(
    readdirSync(join(rootFolder, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
    [...packages].map((name) => `packages/${name}/README.md`),
  );
  it.each(pages)('%s links to what exists', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(([, link]) => link);
    expect(links.filter((link) => !existsSync(join(rootFolder, page, '..', link)))).toEqual([]);
  });
});
