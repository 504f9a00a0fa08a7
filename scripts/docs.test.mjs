import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as defaults from '../packages/trainer/src/arguments/defaults.ts';
import golden from '../packages/trainer/golden/trainer.json' with { type: 'json' };
import { absentMethods } from '../packages/trainer/src/absent/absentMethods.ts';
import * as otherNames from '../packages/trainer/src/arguments/otherNames.ts';
import { eventNames } from '../packages/trainer/src/callbacks/trainerCallback.ts';
import { argumentTables } from './compatibility.mjs';
import { surfaceTables } from './trainer-parity.mjs';
import { rootFolder } from './setup/root-folder.mjs';

const packages = new Set(readdirSync(join(rootFolder, 'packages')));
// The formatter pads the tables.
const plain = (text) => text.replace(/ +/g, ' ').replace(/-{3,}/g, '---');
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

  it('lists the training arguments as they are', () => {
    const tables = argumentTables({ ...defaults, ...otherNames });
    expect(plain(read('docs/compatibility.md')), 'run node scripts/compatibility.mjs').toContain(plain(tables));
  });

  it('lists every part of the Trainer of transformers', () => {
    const tables = surfaceTables(golden.surface, {
      ...defaults,
      ...otherNames,
      absentMethods,
      eventNames,
    });
    expect(plain(read('docs/trainer-parity.md')), 'run node scripts/trainer-parity.mjs').toContain(plain(tables));
  });

  const pages = ['README.md', 'CONTRIBUTING.md', 'examples/README.md', 'benchmarks/README.md'].concat(
    readdirSync(join(rootFolder, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
    readdirSync(join(rootFolder, 'docs/guide')).map((name) => `docs/guide/${name}`),
    [...packages].map((name) => `packages/${name}/README.md`),
  );
  it.each(pages)('%s links to what exists', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(([, link]) => link);
    expect(links.filter((link) => !existsSync(join(rootFolder, page, '..', link)))).toEqual([]);
  });
});
