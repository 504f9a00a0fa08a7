// Writes x.wgsl.ts beside every x.wgsl below the folders named (default: packages/kernels/src), so
// that one import works in Node, in browsers and in bundlers. A line `#include wgsl/flatIndexing`
// becomes an import of that file's module; its path counts from the folder named. The written files
// are ignored by git. A file whose content is already right is left alone; one whose shader is gone
// is removed.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMain } from '../setup/is-main.mjs';

const defaultFolder = resolve(dirname(fileURLToPath(import.meta.url)), '../../packages/kernels/src');
const firstLine = '// Written by scripts/build/inline-wgsl.mjs from ';

/**
 * Throws an Error that names file and line of an include that is missing or goes round in a circle.
 */
export function inlineWgsl(folder = defaultFolder) {
  const shaders = readShaders(folder);
  for (const [path, { text, includes }] of shaders) writeModule(folder, path, text, includes);
  for (const path of filesIn(folder, '.wgsl.ts'))
    if (!shaders.has(path.slice(0, -'.ts'.length))) removeOrphan(join(folder, path));
}

/** Each shader by its path: its text as it is shipped, and what that includes. */
export function readShaders(folder = defaultFolder) {
  const texts = new Map(filesIn(folder, '.wgsl').map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
  const includes = new Map([...texts].map(([path, text]) => [path, includesOf(path, text, texts)]));
  for (const path of texts.keys()) refuseCircle([path], includes);
  return new Map([...texts].map(([path, text]) => [path, { text: shipped(text), includes: includes.get(path) }]));
}

const filesIn = (folder, ending) =>
  readdirSync(folder, { recursive: true })
    .filter((path) => path.endsWith(ending))
    .map((path) => path.replaceAll('\\', '/'))
    .toSorted();

function includesOf(path, text, shaders) {
  const names = new Set();
  for (const [index, line] of text.split('\n').entries()) {
    const name = /^\s*#include\s+(.*?)\s*$/.exec(line)?.[1];
    if (name === undefined) continue;
    if (!shaders.has(`${name}.wgsl`))
      throw new Error(`${path}:${index + 1}: #include ${name}: there is no file ${name}.wgsl`);
    names.add(name);
  }
  return [...names];
}

function refuseCircle(way, includes) {
  for (const name of includes.get(way.at(-1))) {
    const path = `${name}.wgsl`;
    if (way.includes(path)) throw new Error(`${[...way, path].join(' includes ')}: a circle`);
    refuseCircle([...way, path], includes);
  }
}

function writeModule(folder, path, text, includes) {
  const to = (target) => {
    const relative = posix.relative(posix.dirname(path), target);
    return relative.startsWith('.') ? relative : `./${relative}`;
  };
  const module = [
    `${firstLine}${posix.basename(path)}.`,
    ...includes.map((name, index) => `import { wgsl as include${index} } from '${to(`${name}.wgsl.ts`)}';`),
    'export const wgsl = {',
    `  path: '${path}',`,
    `  includes: [${includes.map((_, index) => `include${index}`).join(', ')}],`,
    `  text: ${quoted(text)},`,
    '};\n',
  ].join('\n');
  const target = join(folder, `${path}.ts`);
  if (existsSync(target) && readFileSync(target, 'utf8') === module) return;
  // Two test runs may write at once, and another process may be reading.
  const beside = `${target}.${process.pid}`;
  writeFileSync(beside, module);
  renameSync(beside, target);
}

/** As a template of JavaScript, on as many lines. */
export const quoted = (text) => `\`${text.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${')}\``;

/**
 * Bundles ship the text: without comments and spaces that say nothing. Lines keep their numbers.
 */
export function shipped(text) {
  const shorter = (line) => {
    if (/^\s*(\/\/|$)/.test(line)) return '';
    const code = line.replace(/(?<=[;{}])\s*\/\/.*$/, '').trim();
    // Around operators a space may part two of them: only those between operands go.
    return code.startsWith('#')
      ? code
      : code.replaceAll(/ ?([,;:(){}[\]]) ?/g, '$1').replaceAll(/(?<=[\w)\]]) ?([-+*/%=<&|!]+|->) ?(?=[\w(])/g, '$1');
  };
  return text.split('\n').map(shorter).join('\n');
}

function removeOrphan(path) {
  if (readFileSync(path, 'utf8').startsWith(firstLine)) rmSync(path, { force: true });
}

if (isMain(import.meta.url)) {
  const folders = process.argv.slice(2);
  for (const folder of folders.length > 0 ? folders : [defaultFolder]) inlineWgsl(resolve(folder));
}
