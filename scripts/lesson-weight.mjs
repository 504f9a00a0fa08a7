// Prints what the lesson weighs in a page: `node scripts/lesson-weight.mjs`. Bundled from the
// sources by vite, and run to its end: what its start takes, what it loads until then, and of that
// what ran. The statements that ran are the least that any cut into chunks could reach. Parts are
// gzipped one by one; kinds of adapters load other kernels.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { atStart, bundle, gzipped, lessonPage } from './bundle-size.mjs';
import { runLesson } from './weights/runLesson.mjs';

// What the oldest Node of ours can read, as the packages are shipped.
const chunks = await bundle(lessonPage, { target: 'es2022', sourcemap: 'hidden' });
const counted = await run(chunks);
const loaded = chunks.filter(({ fileName }) => counted.has(fileName));

/** Text by package: all that was loaded, functions that ran, statements that ran. */
const parts = new Map();
for (const { fileName, code, map } of loaded) {
  const functions = counted.get(fileName);
  const called = whatRan(code, functions, ({ ranges: [whole] }) => [whole]);
  const executed = whatRan(code, functions, ({ ranges }) => ranges);
  const names = packagesOf(code, map);
  for (let at = 0; at < code.length; at++) {
    const part = parts.get(names[at]) ?? ['', '', ''];
    part[0] += code[at];
    if (called[at]) part[1] += code[at];
    if (executed[at]) part[2] += code[at];
    parts.set(names[at], part);
  }
}

const kB = (size) => size.toFixed(1).padStart(7);
const gzip = (text) => gzipSync(text, { level: 9 }).length / 1000;
const whole = (index) => gzip([...parts.values()].map((part) => part[index]).join(''));
console.log(`${kB(gzipped(atStart(chunks)))} kB gzip at its start`);
console.log(`${kB(gzipped(loaded))} loaded until it is trained, evaluated and predicted`);
console.log(`${kB(whole(1))} functions of that which were called`);
console.log(`${kB(whole(2))} statements of these that ran`);
console.log('\n loaded  called     ran');
for (const [name, part] of [...parts].toSorted((a, b) => b[1][0].length - a[1][0].length))
  console.log(`${part.map((text) => kB(gzip(text))).join(' ')}  ${name}`);

/** What V8 counted, by the name of the chunk. */
async function run(files) {
  const folder = mkdtempSync(join(tmpdir(), 'attune-weight-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    for (const { fileName, code } of files) {
      mkdirSync(dirname(join(folder, fileName)), { recursive: true });
      writeFileSync(join(folder, fileName), code);
    }
    const counts = await runLesson(join(folder, files.find(({ isEntry }) => isEntry).fileName));
    return new Map(
      files.map(({ fileName }) => [fileName, counts.get(join(folder, fileName))]).filter(([, found]) => found),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Per character: whether it ran. Functions and ranges come from the outer to the inner. */
function whatRan({ length }, functions, rangesOf) {
  const ran = new Uint8Array(length);
  for (const { startOffset, endOffset, count } of functions.flatMap(rangesOf))
    ran.fill(count > 0 ? 1 : 0, startOffset, endOffset);
  return ran;
}

/** Per character: the package it comes from. */
function packagesOf(code, map) {
  const sources = map && new SourceMap(JSON.parse(map.toString()));
  const names = [];
  for (const [line, text] of code.split(/(?<=\n)/).entries()) {
    let name = '';
    for (let column = 0; column < text.length; column++) {
      if (column === 0 || /\W/.test(text[column - 1]))
        name = packageOf(sources?.findEntry(line, column).originalSource);
      names.push(name);
    }
  }
  return names;
}

function packageOf(source = '') {
  const library = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1];
  return library ?? /packages\/([^/]+)/.exec(source)?.[1] ?? 'shaders, and what the bundler adds';
}
