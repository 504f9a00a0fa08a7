// Writes x.wgsl.ts beside every x.wgsl below the folders named (default: packages/kernels/src), so
// that one import works in Node, in browsers and in bundlers. The written files are ignored by git.
// A file whose content is already right is left alone; one whose shader is gone is removed.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMain } from './setup/is-main.mjs';

const defaultFolder = resolve(dirname(fileURLToPath(import.meta.url)), '../packages/kernels/src');
const firstLine = '// Written by scripts/inline-wgsl.mjs from ';

export function inlineWgsl(folder = defaultFolder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) inlineWgsl(path);
    else if (entry.name.endsWith('.wgsl')) writeModule(path);
    else if (entry.name.endsWith('.wgsl.ts')) removeOrphan(path);
  }
}

function writeModule(path) {
  const source = readFileSync(path, 'utf8').replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${');
  const module = `${firstLine}${path.split(/[\\/]/).at(-1)}.\nexport const wgsl = \`${source}\`;\n`;
  const target = `${path}.ts`;
  if (existsSync(target) && readFileSync(target, 'utf8') === module) return;
  // Two test runs may write at once, and another process may be reading.
  const beside = `${target}.${process.pid}`;
  writeFileSync(beside, module);
  renameSync(beside, target);
}

function removeOrphan(path) {
  if (!existsSync(path.slice(0, -'.ts'.length)) && readFileSync(path, 'utf8').startsWith(firstLine))
    rmSync(path, { force: true });
}

if (isMain(import.meta.url)) {
  const folders = process.argv.slice(2);
  for (const folder of folders.length > 0 ? folders : [defaultFolder]) inlineWgsl(resolve(folder));
}
