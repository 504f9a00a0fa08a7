// Runs a program of examples/ in any Node, also one that knows no TypeScript.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runnerImport } from 'vite';
import { rootFolder } from './setup/root-folder.mjs';

const folder = join(rootFolder, 'examples');
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.ts') && !/\.(test|config)\.ts$/.test(name))
  .map((name) => name.replace('.ts', ''));
const [name] = process.argv.slice(2);
if (names.includes(name)) {
  // The example sees its own arguments, as when it is started itself.
  process.argv.splice(2, 1);
  await runnerImport(join(folder, `${name}.ts`), { root: folder, configFile: false });
} else {
  console.error(`Usage: npm run example -- NAME; there are ${names.join(', ')}.`);
  process.exitCode = 1;
}
