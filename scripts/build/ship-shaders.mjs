// Puts the shaders of a package's build into few modules, dist/shaders.js and others, from which
// every x.wgsl.js exports its own: `node ../../scripts/build/ship-shaders.mjs` in the package. Side
// by side and with short names for what functions declare, they weigh a fifth less in a page;
// bundlers still leave out those that nobody imports. Texts that a page reads no sooner than it has
// a device are loaded by openDevice. Lines keep their numbers, which errors tell. The sources,
// which everything in this repository runs on, keep their names and import all.
import { existsSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { quoted, readShaders } from './inline-wgsl.mjs';
import { isMain } from '../setup/is-main.mjs';

/**
 * Shaders of what pages load late, which have modules of their own: the optimizers that a Trainer
 * takes by name, and what only adapters of a kind choose.
 */
const late = {
  'lateShaders.js': /^kernels\/(adafactor\/|optimizer\/rules\/(adagrad|arenaUpdate|lion|rmsprop|sgd)\.)/,
  'softwareShaders.js': /^kernels\/gemm\/(register|subgroup)\//,
  'softwareAttentionShaders.js': /^kernels\/attention\/bySubgroup\//,
  'gpuShaders.js': /^kernels\/gemm\/(outerProduct|portable)\//,
  'gpuAttentionShaders.js': /^kernels\/attention\/(flash|padded|tiled)\//,
  'matrixShaders.js': /^kernels\/gemm\/(matrixTile|subgroupMatrix)\//,
};

/**
 * Texts that `openDevice` loads, of shaders whose kernels a page has from its start: nothing reads
 * them before a device compiles. Each file is a chunk of its own, with what pages have together.
 */
const lateTexts = {
  'arrayTexts.js': /^kernels\/(reduce\/(functions|reduce)\.|stridedCopy\/)/,
  'classLossTexts.js': /^kernels\/classLoss\//,
  'coreTexts.js':
    /^(kernels\/(elementwise|reduce\/argReduce\.)|recording\/|wgsl\/(flatIndexing|floatBits|keepNan|packedHalves)\.)/,
  'modelTexts.js': /^kernels\/((columnSum|crossEntropy|gelu|gemm\/product)\/|lossSum\/lossSum\.)/,
  'optimizerTexts.js': /^kernels\/optimizer\/(finalizeUpdate\.|gradientNorm\/|members\/|rules\/adamW\.)/,
};

/** What `shaders.js` begins with where texts of its shaders come late, from these files. */
const lateShaders = (files) => `import { notLoaded, registerVariants } from './device/variantLoaders.js';
const late = (load) => {
  let loaded;
  registerVariants(async () => { loaded ??= await load(); });
  const read = (index) => {
    if (!loaded) throw notLoaded('the shader of a kernel');
    return loaded.shaders[index];
  };
  return (index, includes) => ({
    includes,
    get path() { return read(index)[0]; },
    get text() { return read(index)[1]; },
  });
};
${files.map((file) => `const ${readerOf(file)} = /* @__PURE__ */ late(() => import('./${file}'));\n`).join('')}`;

const readerOf = (file) => file.replace('.js', '');

/**
 * What these include is handed to them: `kernels/gemm/loading/gemmKit.ts` says why they import
 * nothing.
 */
const handed = new Set([
  'kernels/attention/pairs/fourRows',
  'kernels/attention/pairs/pairs',
  'kernels/attention/pairs/savedOfRow',
  'kernels/gemm/product/epilogue',
  'kernels/gemm/product/operands',
  'kernels/gemm/product/product',
]);

/**
 * The modules by the names of their files, and for each shader's path its module and the name that
 * it has there.
 */
export function shaderModules(folder) {
  const shaders = readShaders(folder);
  const places = new Map(
    [...shaders.keys()].map((path) => [
      path,
      {
        file: Object.keys(late).find((file) => late[file].test(path)) ?? 'shaders.js',
        name: path.replace(/\.wgsl$/, '').replaceAll(/\W/g, '_'),
      },
    ]),
  );
  const modules = Object.fromEntries(['shaders.js', ...Object.keys(late)].map((file) => [file, '']));
  const texts = {};
  const imports = {};
  const written = new Set();
  const write = (path) => {
    if (written.has(path)) return;
    written.add(path);
    const { text, includes } = shaders.get(path);
    const { file, name } = places.get(path);
    const entries = [];
    for (const words of includes) {
      const included = places.get(`${words}.wgsl`);
      write(`${words}.wgsl`);
      if (included.file !== file && handed.has(words)) continue;
      entries.push(included.name);
      if (included.file !== file) ((imports[file] ??= {})[included.file] ??= new Set()).add(included.name);
    }
    const textFile = Object.keys(lateTexts).find((one) => lateTexts[one].test(path));
    const [short, list] = [quoted(shortNames(text)), `[${entries.join(', ')}]`];
    if (textFile) {
      const index = (texts[textFile] ??= []).push(`['${path}', ${short}]`) - 1;
      modules[file] += `export const ${name} = /* @__PURE__ */ ${readerOf(textFile)}(${index}, ${list});\n`;
    } else
      modules[file] += `export const ${name} = {\n  path: '${path}',\n  includes: ${list},\n  text: ${short},\n};\n`;
  };
  for (const path of shaders.keys()) write(path);
  for (const [file, from] of Object.entries(imports))
    for (const [other, names] of Object.entries(from))
      modules[file] = `import { ${[...names].join(', ')} } from './${other}';\n${modules[file]}`;
  const textFiles = Object.keys(texts);
  if (textFiles.length > 0) modules['shaders.js'] = lateShaders(textFiles) + modules['shaders.js'];
  for (const file of textFiles) modules[file] = `export const shaders = [\n${texts[file].join(',\n')},\n];\n`;
  return { modules, places };
}

const letters = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const words = /@\w+|\.\s*\w+|\b\d\w*|[A-Za-z_]\w*|[{}();]/g;

/**
 * The shader with one letter for each name that a function declares, its parameters too. Names are
 * given in the order of their declarations: functions that begin alike stay alike.
 */
export function shortNames(text) {
  let result = '';
  let end = 0;
  for (const { index } of text.matchAll(/^(?:@.*\)\s*)?fn /gm)) {
    result += text.slice(end, index);
    end = endOfFunction(text, index);
    result += shortFunction(text.slice(index, end));
  }
  return result + text.slice(end);
}

function endOfFunction(text, start) {
  let depth = 0;
  for (let at = text.indexOf('{', start); at >= 0 && at < text.length; at++) {
    if (text[at] === '{') depth += 1;
    else if (text[at] === '}' && (depth -= 1) === 0) return at + 1;
  }
  throw new Error(`a function without an end: ${text.slice(start, start + 60)}`);
}

function shortFunction(text) {
  const declared = new Set();
  const kept = new Set();
  const local = new Set();
  for (const { word, isLocal, declares } of resolved(text)) {
    if (declares) declared.add(word);
    (isLocal ? local : kept).add(word);
  }
  const free = letters.filter((letter) => !kept.has(letter));
  const short = new Map([...declared].map((word, index) => [word, free[index]]));
  if (declared.size > free.length) throw new Error(`more names than letters: ${text.slice(0, 60)}`);
  let result = '';
  let end = 0;
  for (const { word, index, isLocal } of resolved(text)) {
    if (!isLocal) continue;
    result += text.slice(end, index) + short.get(word);
    end = index + word.length;
  }
  return result + text.slice(end);
}

/** Each name in a function, and whether a declaration in the function is meant. */
function* resolved(text) {
  const scopes = [new Set()];
  const opened = [];
  let waiting;
  let isFor = false;
  let before = '';
  let beforeParameters = true;
  for (const { 0: word, index } of text.matchAll(words)) {
    const isName = /^[A-Za-z_]/.test(word);
    if (text.startsWith('#', text.lastIndexOf('\n', index) + 1)) continue;
    if (word === '{') {
      beforeParameters = false;
      scopes.push(new Set());
      opened.push(isFor ? 2 : 1);
      isFor = false;
    } else if (word === '}') scopes.length -= opened.pop();
    else if (word === 'for') {
      scopes.push(new Set());
      isFor = true;
    } else if (word === ';' && waiting !== undefined) {
      // What a declaration says of itself still means what was there before.
      scopes.at(-1).add(waiting);
      waiting = undefined;
    } else if (isName && beforeParameters && /^\s*:/.test(text.slice(index + word.length))) {
      scopes[0].add(word);
      yield { word, index, isLocal: true, declares: true };
    } else if (isName && /^(?:let|var|const)$/.test(before)) {
      waiting = word;
      yield { word, index, isLocal: true, declares: true };
    } else if (isName) yield { word, index, isLocal: scopes.some((scope) => scope.has(word)), declares: false };
    before = word;
  }
}

if (isMain(import.meta.url)) {
  const { modules, places } = shaderModules('src');
  for (const [file, code] of Object.entries(modules)) writeFileSync(join('dist', file), code);
  for (const [path, { file, name }] of places) {
    const target = join('dist', `${path}.js`);
    const to = posix.relative(posix.dirname(path), file);
    if (existsSync(target))
      writeFileSync(target, `export { ${name} as wgsl } from '${to.startsWith('.') ? to : `./${to}`}';\n`);
  }
}
