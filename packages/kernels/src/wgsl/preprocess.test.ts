import { describe, expect, it } from 'vitest';
import { deviceKit } from '../device/deviceKit.ts';
import { takeKit } from '../device/given.ts';
import { WgslError } from '../errors.ts';
import { generatedWgsl, kernelProgram, preprocessor } from './kernelProgram.ts';
import { preprocess } from './preprocess.ts';
import type { Defines } from './preprocess.ts';
import type { WgslFile } from './wgslFile.ts';

takeKit(deviceKit);
preprocessor.preprocess = preprocess;

function file(text: string, includes: readonly WgslFile[] = [], path = 'kernels/test/test.wgsl'): WgslFile {
  return { path, text, includes };
}

const textOf = (text: string, defines: Defines = {}, includes: readonly WgslFile[] = []) =>
  preprocess(file(text, includes), defines).text.trim().split('\n');

describe('preprocess', () => {
  it('takes the branch that holds, also within others', () => {
    const text = '#if a\nA\n#if !b\nnot B\n#else\nB\n#endif\n#else\nnot A\n#if b\nstill B\n#endif\n#endif\nend';
    expect(textOf(text, { a: true, b: true })).toEqual(['A', 'B', 'end']);
    expect(textOf(text, { a: true, b: false })).toEqual(['A', 'not B', 'end']);
    expect(textOf(text, { a: false, b: true })).toEqual(['not A', 'still B', 'end']);
    expect(textOf(text, { a: false, b: false })).toEqual(['not A', 'end']);
  });

  it('makes constants of numbers, and adds what is generated', () => {
    const sizes = generatedWgsl({ rows: 4 }, ({ rows }) => `const half = ${rows / 2}u;`);
    expect(textOf('main', { rowsEach: 2, sizes })).toEqual(['const rowsEach = 2u;', 'const half = 2u;', 'main']);
  });

  it('includes a file once, wherever it is asked for', () => {
    const base = file('base', [], 'wgsl/base.wgsl');
    const middle = file('#include wgsl/base\nmiddle', [base], 'wgsl/middle.wgsl');
    expect(textOf('#include wgsl/middle\n#include wgsl/base\nmain', {}, [middle, base])).toEqual([
      'base',
      'middle',
      'main',
    ]);
    expect(textOf('#if a\n#include wgsl/base\n#endif\nmain', { a: false }, [base])).toEqual(['main']);
  });

  it('numbers the bindings of the arrays that are there', () => {
    const text = '@binding(0) p\n@binding(next) a\n#if b\n@binding(next) b\n#endif\n@binding(next) c';
    expect(textOf(text, { b: true })).toEqual(['@binding(0) p', '@binding(1) a', '@binding(2) b', '@binding(3) c']);
    expect(textOf(text, { b: false })).toEqual(['@binding(0) p', '@binding(1) a', '@binding(2) c']);
  });

  it('puts what must be enabled at the top, once', () => {
    const base = file('enable f16;\nbase', [], 'wgsl/base.wgsl');
    expect(textOf('#include wgsl/base\nenable f16;\nenable subgroups;\nmain', {}, [base])).toEqual([
      'enable f16;',
      'enable subgroups;',
      'base',
      'main',
    ]);
  });

  it.each([
    ['#if wide\n#endif', /test\.wgsl:1: #if wide: not defined; the program defines vec4/],
    ['\n#if rows\n#endif', /test\.wgsl:2: #if rows: not defined/],
    ['#if vec4 && b\n#endif', /test\.wgsl:1: #if vec4 && b: not defined/],
    ['a\n#include wgsl/missing', /test\.wgsl:2: #include wgsl\/missing: there is no such file/],
    ['a\n#if vec4\nb', /test\.wgsl:2: #if has no #endif/],
    ['#else', /test\.wgsl:1: #else/],
    ['#if vec4\n#else\n#else\n#endif', /test\.wgsl:3: #else/],
    ['#endif', /test\.wgsl:1: #endif/],
    ['#define a', /test\.wgsl:1: #define a: expected #include, #if, #else or #endif/],
  ])('refuses %j, naming file and line', (text, message) => {
    const run = () => preprocess(file(text), { vec4: true, rows: 4 });
    expect(run).toThrow(WgslError);
    expect(run).toThrow(message);
  });

  it('does not take what every object has for a define', () => {
    expect(() => preprocess(file('#if constructor\n#endif'), {})).toThrow(/constructor: not defined/);
  });
});

describe('kernelProgram', () => {
  const source = file('#if dropout\ndrops\n#endif\nmain');

  it('has one key for one text, made of the same values', () => {
    const defines = [
      { dropout: true, rows: 2 },
      { dropout: true, rows: 3 },
      { dropout: false, rows: 2 },
    ];
    const programs = defines.map((define) => kernelProgram('test', source, define));
    expect(programs.map(({ key }) => key)).toEqual(['test dropout rows 2', 'test dropout rows 3', 'test rows 2']);
    expect(new Set(programs.map((program) => program.source())).size).toBe(3);
    expect(kernelProgram('test', source, { ...defines[0] }).key).toBe(programs[0]!.key);
  });

  it('says where a line was written', () => {
    const base = file('base\nbase 2', [], 'wgsl/base.wgsl');
    const sizes = generatedWgsl({ rows: 4 }, () => 'enable f16;\na\nb');
    const program = kernelProgram('test', file('#include wgsl/base\nmain\n\nend', [base]), { rowsEach: 2, sizes });
    const located = program
      .source()
      .split('\n')
      .slice(0, -1)
      .map((line, index) => [line, program.locate?.(index + 1)]);
    expect(located).toEqual([
      ['enable f16;', { file: 'sizes', line: 1 }],
      ['const rowsEach = 2u;', { file: 'rowsEach', line: 1 }],
      ['a', { file: 'sizes', line: 2 }],
      ['b', { file: 'sizes', line: 3 }],
      ['base', { file: 'wgsl/base.wgsl', line: 1 }],
      ['base 2', { file: 'wgsl/base.wgsl', line: 2 }],
      ['main', { file: 'kernels/test/test.wgsl', line: 2 }],
      ['', { file: 'kernels/test/test.wgsl', line: 3 }],
      ['end', { file: 'kernels/test/test.wgsl', line: 4 }],
    ]);
    expect(program.locate?.(99)).toBeUndefined();
  });
});
