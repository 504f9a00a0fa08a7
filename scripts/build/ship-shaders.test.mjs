import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { readShaders } from './inline-wgsl.mjs';
import { shaderModules, shortNames } from './ship-shaders.mjs';

it.each([
  [
    'parameters and what is declared',
    'fn f(first:u32)->u32{let second=first+1;return second;}',
    'fn f(a:u32)->u32{let b=a+1;return b;}',
  ],
  ['no members', 'fn f(point:Point){point.x=x;}', 'fn f(a:Point){a.x=x;}'],
  ['no attributes', 'fn f(@builtin(workgroup_id)group:vec3u){}', 'fn f(@builtin(workgroup_id)a:vec3u){}'],
  ['nothing to a letter in use', 'fn f(one:u32){let two=a(one,b);}', 'fn f(c:u32){let d=a(c,b);}'],
  ['what an initializer means', 'fn f(){let sum=sum[0];use(sum);}', 'fn f(){let a=sum[0];use(a);}'],
  [
    'what is meant behind a block',
    'fn f(){if(ok){let sum=1;use(sum);}use(sum);}',
    'fn f(){if(ok){let a=1;use(a);}use(sum);}',
  ],
  [
    'what a loop declares',
    'fn f(){for(var place=0u;place<end;place++){use(place);}use(place);}',
    'fn f(){for(var a=0u;a<end;a++){use(a);}use(place);}',
  ],
  [
    'no conditions of the program',
    'fn f(wide:u32){\n#if wide\nuse(wide);\n#endif\n}',
    'fn f(a:u32){\n#if wide\nuse(a);\n#endif\n}',
  ],
  [
    'nothing outside of functions',
    'var<workgroup> sums:array<f32,4>;\nfn f(){sums[0]=1;}',
    'var<workgroup> sums:array<f32,4>;\nfn f(){sums[0]=1;}',
  ],
])('short names go to %s', (_, text, expected) => expect(shortNames(text)).toBe(expected));

it('every shader keeps its lines, and all words but names', () => {
  for (const { text } of readShaders().values()) {
    const short = shortNames(text);
    const shape = (wgsl) => wgsl.replaceAll(/(?<![.\w])[A-Za-z_]\w*/g, 'name');
    expect(shape(short)).toBe(shape(text));
  }
});

it('writes shaders after what they include, and those that pages load late apart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-shaders-'));
  try {
    mkdirSync(join(folder, 'kernels/adafactor'), { recursive: true });
    writeFileSync(join(folder, 'a.wgsl'), '#include b\nfn a(long:u32){}\n');
    writeFileSync(join(folder, 'b.wgsl'), 'const b=`1`;\n');
    writeFileSync(join(folder, 'kernels/adafactor/c.wgsl'), '#include b\n');
    const { modules, places } = shaderModules(folder);
    for (const [file, code] of Object.entries(modules)) writeFileSync(join(folder, file), code);
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    const shaders = await import(pathToFileURL(join(folder, 'shaders.js')).href);
    const lateShaders = await import(pathToFileURL(join(folder, 'lateShaders.js')).href);
    expect(Object.fromEntries(places)).toEqual({
      'a.wgsl': { file: 'shaders.js', name: 'a' },
      'b.wgsl': { file: 'shaders.js', name: 'b' },
      'kernels/adafactor/c.wgsl': { file: 'lateShaders.js', name: 'kernels_adafactor_c' },
    });
    const b = { path: 'b.wgsl', includes: [], text: 'const b=`1`;\n' };
    expect({ ...shaders }).toEqual({
      a: { path: 'a.wgsl', includes: [b], text: '#include b\nfn a(b:u32){}\n' },
      b,
    });
    const c = { path: 'kernels/adafactor/c.wgsl', includes: [b], text: '#include b\n' };
    expect({ ...lateShaders }).toEqual({ kernels_adafactor_c: c });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('writes texts apart that openDevice loads, which are not read before', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-shaders-'));
  try {
    for (const name of ['kernels/gelu', 'device']) mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, 'a.wgsl'), 'fn a(){}\n');
    writeFileSync(join(folder, 'kernels/gelu/b.wgsl'), '#include a\nfn b(long:u32){}\n');
    writeFileSync(join(folder, 'kernels/gelu/c.wgsl'), 'fn c(){}\n');
    for (const [file, code] of Object.entries(shaderModules(folder).modules)) writeFileSync(join(folder, file), code);
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    const loaders = `export const loaders = [];
      export const registerVariants = (load) => loaders.push(load);
      export const notLoaded = (what) => new Error(what);`;
    writeFileSync(join(folder, 'device/variantLoaders.js'), loaders);
    const { a, kernels_gelu_b: b, kernels_gelu_c: c } = await import(pathToFileURL(join(folder, 'shaders.js')).href);
    expect([b.includes, c.includes]).toEqual([[a], []]);
    expect(() => c.text).toThrow('the shader of a kernel');
    const { loaders: registered } = await import(join(folder, 'device/variantLoaders.js'));
    await Promise.all(registered.map((load) => load()));
    expect([b.path, c.path]).toEqual(['kernels/gelu/b.wgsl', 'kernels/gelu/c.wgsl']);
    expect([b.text, c.text]).toEqual(['#include a\nfn b(a:u32){}\n', 'fn c(){}\n']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
