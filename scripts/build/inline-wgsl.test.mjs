import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inlineWgsl, shipped } from './inline-wgsl.mjs';

let folder;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'attune-wgsl-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function write(files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

describe('inlineWgsl', () => {
  it('writes a module beside each file, which imports what the file includes', async () => {
    const text = '#include wgsl/base\n  // A comment.\n`quoted`,${text};and a \\\n';
    write({ 'wgsl/base.wgsl': 'base', 'kernels/a/a.wgsl': text });
    inlineWgsl(folder);
    const { wgsl } = await import(pathToFileURL(join(folder, 'wgsl/base.wgsl.ts')).href);
    const written = readFileSync(join(folder, 'kernels/a/a.wgsl.ts'), 'utf8');
    expect(written).toContain("import { wgsl as include0 } from '../../wgsl/base.wgsl.ts';");
    writeFileSync(join(folder, 'a.mjs'), written.replace(/^import.*$/m, "const include0 = { path: 'base' };"));
    const module = await import(pathToFileURL(join(folder, 'a.mjs')).href);
    expect(module.wgsl).toEqual({
      path: 'kernels/a/a.wgsl',
      // Without comments, every line in its place.
      text: text.replace('  // A comment.', ''),
      includes: [{ path: 'base' }],
    });
    expect(wgsl).toEqual({ path: 'wgsl/base.wgsl', text: 'base', includes: [] });
  });

  it('removes the module of a deleted file, and no other file', () => {
    write({ 'a.wgsl': 'a', 'b.wgsl.ts': '// by hand' });
    inlineWgsl(folder);
    rmSync(join(folder, 'a.wgsl'));
    inlineWgsl(folder);
    expect(existsSync(join(folder, 'a.wgsl.ts'))).toBe(false);
    expect(existsSync(join(folder, 'b.wgsl.ts'))).toBe(true);
  });

  it('names file and line of an include that is missing, and every file of a circle', () => {
    write({ 'a.wgsl': 'a\n#include wgsl/missing' });
    expect(() => inlineWgsl(folder)).toThrow('a.wgsl:2: #include wgsl/missing: there is no file wgsl/missing.wgsl');
    write({ 'a.wgsl': '#include b', 'b.wgsl': '#include a' });
    expect(() => inlineWgsl(folder)).toThrow('a.wgsl includes b.wgsl includes a.wgsl: a circle');
  });

  it('removes insignificant spaces, and keeps line numbers and separating spaces', () => {
    const text = [
      '// A comment.',
      '@group(0) @binding(next) var<storage, read> input: array<f32>;',
      'fn f(a: u32, b: vec2f) -> f32 { // Says why.',
      '  #if wide',
      '  let c: vec4<f32> = -x - -y * (a + 1);',
      '  if (a >= 2 && !(b.x < 1.0) || c & ~d == 0) { return a[0] >> 2u; }',
      '}',
    ].join('\n');
    expect(shipped(text).split('\n')).toEqual([
      '',
      '@group(0)@binding(next)var<storage,read> input:array<f32>;',
      'fn f(a:u32,b:vec2f)->f32{',
      '#if wide',
      'let c:vec4<f32> = -x - -y*(a+1);',
      'if(a >= 2 && !(b.x<1.0)||c & ~d==0){return a[0]>> 2u;}',
      '}',
    ]);
  });
});
