import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rootFolder } from './setup/root-folder.mjs';

const read = (path) => readFileSync(join(rootFolder, path), 'utf8');
const packages = readdirSync(join(rootFolder, 'packages')).map((name) => ({
  name,
  ...JSON.parse(read(`packages/${name}/package.json`)),
}));
const config = JSON.parse(read('.changeset/config.json'));

it('gives all packages one version, and nothing else any', () => {
  expect(config.fixed[0].toSorted()).toEqual(packages.map(({ name }) => name).toSorted());
  const others = ['apps/mrpc-demo', 'examples'].map((folder) => JSON.parse(read(`${folder}/package.json`)).name);
  expect(config.ignore.toSorted()).toEqual(others.toSorted());
});

it('says of each package what it is, before its first release', () => {
  const released = packages.some(({ version }) => version !== '0.0.0');
  const collected = readdirSync(join(rootFolder, '.changeset')).filter((file) => /^(?!README).*\.md$/.test(file));
  const first = packages.map(({ name }) => `first-${name.split('/')[1]}.md`);
  if (!released) expect(collected.toSorted()).toEqual(first.toSorted());
});

it('builds nothing beside others that are packed at the same time', () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-prepack-'));
  mkdirSync(join(folder, 'dist'));
  writeFileSync(join(folder, 'package.json'), '{ "name": "@attune/trainer" }');
  const env = { ...process.env, ATTUNE_BUILT: '1' };
  execFileSync(process.execPath, [join(rootFolder, 'scripts/build/prepack.mjs')], { cwd: folder, env });
  expect(readdirSync(folder)).toContain('dist');
});
