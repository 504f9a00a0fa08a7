import { describe, expect, it } from 'vitest';
import { SafetensorsError } from './dtypes.ts';
import { readSafetensors } from './readSafetensors.ts';
import { readStateDict } from './readStateDict.ts';
import { writeSafetensors } from './writeSafetensors.ts';

function fileOf(header: string, data: Uint8Array = new Uint8Array(0), claimed = header.length): Uint8Array {
  const json = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + json.length + data.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(claimed), true);
  file.set(json, 8);
  file.set(data, 8 + json.length);
  return file;
}

const entry = (start: number, end: number, shape = [1], dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets: [start, end],
});

it('readStateDict gives what loadStateDict takes, floats of any width', () => {
  const file = writeSafetensors([
    ['a.weight', { shape: [1, 2], data: Float32Array.of(1.5, -2) }],
    ['a.bias', { shape: [2], data: Uint16Array.of(0x3c00, 0xc000) }],
  ]);
  expect(readStateDict(file)).toEqual(
    new Map([
      ['a.weight', { dtype: 'f32', shape: [1, 2], data: Float32Array.of(1.5, -2) }],
      ['a.bias', { dtype: 'f32', shape: [2], data: Float32Array.of(1, -2) }],
    ]),
  );
  const whole = writeSafetensors([['ids', { shape: [1], data: Int32Array.of(1) }]]);
  expect(() => readStateDict(whole, 'x.safetensors')).toThrow(
    new SafetensorsError('x.safetensors: ids must be F32, F16, BF16 or F64; it is I32'),
  );
});

describe('safetensors', () => {
  it('reads back what it writes, also from the middle of a buffer', () => {
    const file = writeSafetensors(
      [
        ['half', { shape: [3], data: Uint16Array.of(1, 2, 3) }],
        ['weight', { shape: [2, 2], data: Float32Array.of(1, -2, 3.5, NaN) }],
        ['empty', { shape: [0, 4], data: new Float32Array(0) }],
        ['scalar', { shape: [], data: Int32Array.of(-7) }],
      ],
      { format: 'pt' },
    );
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    const { metadata, tensors } = readSafetensors(shifted.subarray(3));
    expect(metadata).toEqual({ format: 'pt' });
    expect([...tensors.keys()].sort()).toEqual(['empty', 'half', 'scalar', 'weight']);
    expect(tensors.get('weight')).toMatchObject({ dtype: 'F32', shape: [2, 2] });
    expect(new Float32Array(tensors.get('weight')!.data.slice().buffer)).toEqual(Float32Array.of(1, -2, 3.5, NaN));
    expect(tensors.get('half')).toMatchObject({ dtype: 'F16', shape: [3] });
    expect(tensors.get('scalar')).toMatchObject({ dtype: 'I32', shape: [] });
  });

  it('aligns the data to 8 bytes', () => {
    const file = writeSafetensors([['a', { shape: [1], data: Float32Array.of(1) }]]);
    expect(Number(new DataView(file.buffer).getBigUint64(0, true)) % 8).toBe(0);
  });

  it.each([
    ['nothing', new Uint8Array(0), /has 0 bytes/],
    ['a header longer than the file', fileOf('{}', undefined, 1000), /claims a header of 1000 bytes but has only 2/],
    ['a header of absurd length', fileOf('{}', undefined, 2 ** 40), /at most 100000000/],
    ['a header that is not JSON', fileOf('{"a":'), /not JSON/],
    ['a header that is a list', fileOf('[]'), /not a JSON object/],
    [
      'a name twice',
      fileOf(`{"a":${JSON.stringify(entry(0, 4))},"a":${JSON.stringify(entry(0, 4))}}`, new Uint8Array(4)),
      /names 1 tensors twice/,
    ],
    [
      'an unknown type',
      fileOf(JSON.stringify({ a: entry(0, 4, [1], 'F33') }), new Uint8Array(4)),
      /tensor a has the unknown type "F33"/,
    ],
    ['a negative extent', fileOf(JSON.stringify({ a: entry(0, 4, [-1]) }), new Uint8Array(4)), /impossible shape/],
    [
      'offsets the wrong way round',
      fileOf(JSON.stringify({ a: entry(4, 0) }), new Uint8Array(4)),
      /impossible offsets/,
    ],
    [
      'a shape that does not fit',
      fileOf(JSON.stringify({ a: entry(0, 4, [2]) }), new Uint8Array(4)),
      /tensor a, F32 \[2\], needs 8 bytes and has 4/,
    ],
    [
      'data cut short',
      fileOf(JSON.stringify({ a: entry(0, 8, [2]) }), new Uint8Array(5)),
      /tensor a ends at byte 8 of the data, of which there are 5/,
    ],
    [
      'an overlap',
      fileOf(JSON.stringify({ a: entry(0, 8, [2]), b: entry(4, 12, [2]) }), new Uint8Array(12)),
      'model.safetensors: tensor b starts at byte 4 of the data; it overlaps the one before',
    ],
    [
      'a gap',
      fileOf(JSON.stringify({ a: entry(0, 4), b: entry(8, 12) }), new Uint8Array(12)),
      /bytes 4 to 8 belong to no tensor/,
    ],
    ['bytes left over', fileOf(JSON.stringify({ a: entry(0, 4) }), new Uint8Array(6)), /2 bytes after the last tensor/],
    ['metadata that is not text', fileOf('{"__metadata__":{"a":1}}'), /not a table of strings/],
    [
      'a shape nested deeper than the stack',
      fileOf(
        `{"a":{"dtype":"F32","shape":${'['.repeat(50_000)}${']'.repeat(50_000)},"data_offsets":[0,4]}}`,
        new Uint8Array(4),
      ),
      /impossible shape an array of 1/,
    ],
    [
      'a type nested deeper than the stack',
      fileOf(
        `{"a":{"dtype":${'['.repeat(50_000)}${']'.repeat(50_000)},"shape":[1],"data_offsets":[0,4]}}`,
        new Uint8Array(4),
      ),
      /unknown type an array of 1/,
    ],
    ['nesting that JSON.parse refuses', fileOf('['.repeat(3_000_000)), /its header is not JSON/],
    ['an entry that is null', fileOf('{"a":null}'), /tensor a has the unknown type/],
  ])('refuses %s', (_what, bytes, message) => {
    expect(() => readSafetensors(bytes, 'model.safetensors')).toThrow(SafetensorsError);
    expect(() => readSafetensors(bytes, 'model.safetensors')).toThrow(message);
    expect(() => readSafetensors(bytes, 'model.safetensors')).toThrow(/^model.safetensors: /);
  });

  it.each([
    [undefined, /readSafetensors: file must be a Uint8Array; got undefined/],
    [42, /got 42/],
    [new ArrayBuffer(8), /got an ArrayBuffer/],
  ])('refuses to read %s', (file, message) => {
    expect(() => readSafetensors(file as never)).toThrow(SafetensorsError);
    expect(() => readSafetensors(file as never)).toThrow(message);
  });

  it.each([
    [undefined, /tensors must be names and tensors/],
    [[undefined], /got undefined among them/],
    [[['a', { shape: [1] }]], /got an object with shape for a/],
    [[['a', { shape: [1], data: () => Promise.resolve() }]], /for a\. The values of a tensor x are await x\.data\(\)/],
    [[['a', { shape: [1], data: Float32Array.of(1), dtype: 'F33' }]], /tensor a has the unknown type "F33"/],
    [
      [['a', { shape: [0.5, 2], data: Float32Array.of(1) }]],
      /the shape of a must be an array of whole.*; got \[0\.5, 2\]/,
    ],
    [[['a', { shape: [-1, -1], data: Float32Array.of(1) }]], /got \[-1, -1\]/],
    [
      [['a', { shape: [1], data: Int8Array.of(-1) }]],
      /the data of a must be an array of floats or .*; got an Int8Array\. Bytes of any/,
    ],
    [[['a', { shape: [1], data: Int32Array.of(1), dtype: 'F32' }]], /an array of F32; got an Int32Array\./],
  ])('refuses to write %j', (tensors, message) => {
    expect(() => writeSafetensors(tensors as never)).toThrow(SafetensorsError);
    expect(() => writeSafetensors(tensors as never)).toThrow(message);
  });

  it('writes bytes of any type', () => {
    const file = writeSafetensors([['a', { shape: [2], data: Uint8Array.of(255, 1), dtype: 'I8' }]]);
    expect(readSafetensors(file).tensors.get('a')).toEqual({ dtype: 'I8', shape: [2], data: Uint8Array.of(255, 1) });
  });

  it('does not write what does not fit', () => {
    expect(() => writeSafetensors([['a', { shape: [3], data: Float32Array.of(1) }]])).toThrow(
      /tensor a, F32 \[3\], needs 12 bytes and has 4/,
    );
  });
});
