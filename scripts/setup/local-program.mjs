import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rootFolder } from './root-folder.mjs';

/**
 * How to start a program of an installed package with this Node: on every platform without a shell.
 */
export function localProgram(name) {
  const manifest = join(rootFolder, 'node_modules', name, 'package.json');
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
  const path = typeof bin === 'string' ? bin : (bin[name] ?? Object.values(bin)[0]);
  return { command: process.execPath, args: [join(dirname(manifest), path)] };
}
