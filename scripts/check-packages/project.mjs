import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm } from './npm.mjs';

/** An empty project, whose packages of ours come from the loopback registry. */
export function emptyProject(folder, { address }) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'project', private: true, type: 'module' }));
  writeFileSync(join(folder, '.npmrc'), `@attune:registry=${address}\n`);
}

/** The same with the packages named installed. */
export async function makeProject(folder, packages, registry) {
  emptyProject(folder, registry);
  await npm(folder, ['install', ...packages]);
  return folder;
}
