import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm } from './npm.mjs';

/** An empty project with the packages named installed from the loopback registry. */
export async function makeProject(folder, packages, { address }) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'project', private: true, type: 'module' }));
  writeFileSync(join(folder, '.npmrc'), `@attune:registry=${address}\n`);
  await npm(folder, ['install', ...packages]);
  return folder;
}
