// Begins a kernel: `npm run new-kernel -- NAME` writes its folder and its line in both indexes. All
// of it compiles; its test fails until the formula is written. See docs/adding-a-kernel.md.
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { inlineWgsl } from './build/inline-wgsl.mjs';
import { isMain } from './setup/is-main.mjs';
import { rootFolder } from './setup/root-folder.mjs';

const templates = join(rootFolder, 'scripts/new-kernel');
/** Where a template goes, if not to its own name without `.txt`. */
const named = {
  'shader.wgsl.txt': 'kernelName.wgsl',
  'test.ts.txt': 'kernelName.test.ts',
  'bench.ts.txt': 'kernelName.bench.ts',
};

/** Whether modules keep the word for themselves. */
function isReserved(name) {
  try {
    return !new Script(`'use strict'; async () => { function ${name}() {} }`);
  } catch {
    return true;
  }
}

const withoutComments = (code) => code.replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, '');

/**
 * @param {string} source the folder `packages/kernels/src`, or one like it
 * @returns {string[]} the files written and changed
 * @throws {Error} for a name that is taken, is none in camelCase, or a word of JavaScript
 */
export function newKernel(name, source) {
  if (!/^[a-z][A-Za-z0-9]*$/.test(name))
    throw new Error(
      `A kernel is named as its function, in camelCase, such as 'softmax' or 'layerNorm'; got '${name}'.`,
    );
  if (isReserved(name)) throw new Error(`'${name}' is a word of JavaScript, which no function can be called.`);
  const folder = join(source, 'kernels', name);
  if (existsSync(folder)) throw new Error(`There is a kernel ${name} already: ${folder}.`);
  const indexes = { 'kernels/index.ts': `./${name}/index.ts`, 'reference.ts': `./kernels/${name}/reference.ts` };
  const others = readdirSync(join(source, 'kernels')).map((other) => `kernels/${other}/index.ts`);
  const taken = [...Object.keys(indexes), ...others, 'index.ts']
    .filter((index) => existsSync(join(source, index)))
    .find((index) => new RegExp(`\\b${name}\\b`).test(withoutComments(readFileSync(join(source, index), 'utf8'))));
  if (taken) throw new Error(`${taken} names something ${name} already. Choose another name.`);
  const fill = (text) =>
    text.replaceAll('kernelName', name).replaceAll('KernelName', name[0].toUpperCase() + name.slice(1));
  mkdirSync(folder);
  const written = readdirSync(templates).map((template) => {
    const file = join(folder, fill(named[template] ?? template.slice(0, -'.txt'.length)));
    writeFileSync(file, fill(readFileSync(join(templates, template), 'utf8')));
    return file;
  });
  for (const [index, path] of Object.entries(indexes))
    appendFileSync(join(source, index), `export * from '${path}';\n`);
  return [...written, ...Object.keys(indexes).map((index) => join(source, index))];
}

if (isMain(import.meta.url)) {
  const [name, ...others] = process.argv.slice(2);
  try {
    if (name === undefined || others.length > 0) throw new Error('Usage: npm run new-kernel -- NAME');
    const files = newKernel(name, join(rootFolder, 'packages/kernels/src'));
    inlineWgsl();
    console.log(
      `${files.map((file) => file.slice(rootFolder.length + 1)).join('\n')}\n\nWrite the formula in ${name}.wgsl and in reference.ts, then: npm run dev -- kernels/${name}`,
    );
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
