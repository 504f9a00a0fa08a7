import type { Gpu } from '../gpu.ts';
import type { ElementType, GpuArray } from '../memory/gpuArray.ts';
import { wgsl as packedHalves } from './packedHalves.wgsl.ts';
import type { GeneratedWgsl } from './preprocess.ts';

/** Arrays by their names in WGSL and in errors; undefined ones are left out. */
export type Arrays = Readonly<Record<string, GpuArray | undefined>>;

/** What needs to be known of them here. */
type Stored = Readonly<Record<string, Pick<GpuArray, 'elementType'> | undefined>>;

/** Numbers in an element as WGSL reads it: one, or a vector of four. */
export type Width = 1 | 4;

/**
 * Writes the access to a kernel's arrays, whatever their types. For an array `input` there is an
 * alias `Input`, the element of its binding, and
 *
 *     fn loadInput(index: u32) -> Values               what it holds at index, as f32
 *     fn storeInput(index: u32, values: Values)        for arrays in `writes`
 *
 * With width 4 an element is a vector of four numbers, and indices count vectors. Everything is
 * computed in `Values`, which is `f32` or `vec4<f32>`; integer arrays use `InputValues`, which for
 * floats equals `Values`.
 *
 * f16 arrays are `array<f16>` or packed two to a word, as `gpu.profile.f16Storage` says; the bytes
 * in memory are the same.
 *
 * @param width of all arrays, or of each by its name; in that case there is no `Values`
 */
export function elementAccess(
  gpu: Gpu,
  reads: Stored,
  writes: Stored,
  width: Width | Readonly<Record<string, Width>> = 1,
): GeneratedWgsl {
  const widthOf = (name: string) => (typeof width === 'number' ? width : (width[name] ?? 1));
  const storage = gpu.profile.f16Storage;
  let key = width === 4 ? 'vec4' : width === 1 ? 'scalar' : 'each';
  let half = false;
  for (const arrays of [reads, writes]) {
    for (const name in arrays) {
      const type = arrays[name]?.elementType;
      if (!type) continue;
      half ||= type === 'f16';
      key += typeof width !== 'number' && widthOf(name) === 4 ? ` ${name}:${type}x4` : ` ${name}:${type}`;
    }
  }
  if (half) key += ` ${storage}`;
  const { clampsStores } = gpu;
  if (clampsStores) key += ' clamped';
  const write = () => {
    const lines = half && storage === 'native' ? ['enable f16;'] : [];
    if (typeof width === 'number') lines.push(`alias Values = ${vectorOf('f32', width)};`);
    for (const [arrays, written] of [[reads, false] as const, [writes, true] as const]) {
      for (const [name, array] of Object.entries(arrays))
        if (array) {
          const access = arrayAccess(storage, name, array.elementType, widthOf(name), written);
          lines.push(...(clampsStores && written ? access.map((line) => withClampedStore(line, name)) : access));
        }
    }
    return lines.join('\n');
  };
  return { key, write, includes: half && storage === 'packed' ? [packedHalves] : [] };
}

/** Alias, load and store of one array. */
function arrayAccess(
  storage: 'native' | 'packed',
  name: string,
  elementType: ElementType,
  width: Width,
  written: boolean,
): string[] {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  const isInteger = elementType === 'u32' || elementType === 'i32';
  const values = vectorOf(isInteger ? elementType : 'f32', width);
  const define = (element: string, load: string, store: string) => [
    `alias ${type} = ${element};`,
    `alias ${type}Values = ${values};`,
    `fn load${type}(index: u32) -> ${values} { return ${load}; }`,
    ...(written ? [`fn store${type}(index: u32, values: ${values}) { ${store} }`] : []),
  ];
  if (elementType !== 'f16') return define(values, `${name}[index]`, `${name}[index] = values;`);
  if (storage === 'native') {
    const element = vectorOf('f16', width);
    return define(element, `${values}(${name}[index])`, `${name}[index] = ${element}(values);`);
  }
  if (width === 4) return define('vec2u', `unpackHalves(${name}[index])`, `${name}[index] = packHalves(values);`);
  if (!written) return define('u32', `unpack2x16float(${name}[index / 2])[index % 2]`, '');
  // Neighbouring threads write the two halves of a word. Each changes only its own half, so the
  // order does not matter.
  const word = `${name}[index / 2]`;
  return define(
    'atomic<u32>',
    `unpack2x16float(atomicLoad(&${word}))[index % 2]`,
    `let shift = 16 * (index % 2); atomicAnd(&${word}, ~(0xffffu << shift)); atomicOr(&${word}, halfBits(vec4f(values)).x << shift);`,
  );
}

/** Clamps a store to the binding, which is as long as the array, and longer in tests. */
function withClampedStore(line: string, name: string): string {
  const [head, body] = line.split(') { ');
  if (!head?.startsWith('fn store')) return line;
  const elements = `arrayLength(&${name})`;
  const last = body?.includes('index / 2') ? `2 * ${elements} - 1` : `${elements} - 1`;
  return `${head.replace('index: u32', 'wanted: u32')}) { let index = min(wanted, ${last}); ${body}`;
}

function vectorOf(type: ElementType, width: Width): string {
  return width === 4 ? `vec4<${type}>` : type;
}
