import type { Gpu } from '../gpu.ts';
import type { ElementType, GpuArray } from '../memory/gpuArray.ts';
import { wgsl as packedHalves } from './packedHalves.wgsl.ts';

/**
 * Lines in front of a room's WGSL that say what varies, and the words that name them in a program
 * key.
 */
export interface Prelude {
  readonly key: string;
  readonly text: () => string;
}

type Arrays = Readonly<Record<string, GpuArray>>;
type Width = 1 | 4;

/**
 * How a kernel reads and writes its arrays, whatever they hold. For an array `input` there is an
 * alias `Input`, the element of its binding, and
 *
 *     fn loadInput(index: u32) -> Values               what it holds at index, as f32
 *     fn storeInput(index: u32, values: Values)        for arrays in `writes`
 *
 * With width 4 an element is a vector of four numbers and index counts those. `Values` is `f32` or
 * `vec4<f32>`, in which everything is computed; of integer arrays `InputValues` is the type, which
 * for floats is `Values`.
 *
 * f16 arrays are `array<f16>` or words with two numbers each, as `gpu.profile.f16Storage` says;
 * memory looks the same either way.
 */
export function elementAccess(gpu: Gpu, reads: Arrays, writes: Arrays, width: Width = 1): Prelude {
  const arrays = { ...reads, ...writes };
  const types = Object.values(arrays).map(({ elementType }) => elementType);
  const half = types.includes('f16') ? gpu.profile.f16Storage : null;
  return {
    key: `${types.join(' ')}${half === 'packed' ? ' packed' : ''}${width === 4 ? ' by 4' : ''}`,
    text: () =>
      [
        ...halfLines(half),
        `alias Values = ${vectorOf('f32', width)};`,
        ...Object.entries(arrays).map(([name, { elementType }]) =>
          arrayAccess(gpu, name, elementType, width, name in writes),
        ),
        '',
      ].join('\n'),
  };
}

/**
 * The same for kernels whose arrays all hold one type and are passed to functions by pointer:
 * aliases `Values` and `Element`, and `valuesOf(element)`, `elementOf(values)`. Packed f16 needs
 * width 4.
 */
export function elementConversions(gpu: Gpu, elementType: ElementType, width: Width): Prelude {
  const half = elementType === 'f16' ? gpu.profile.f16Storage : null;
  const values = vectorOf('f32', width);
  const element = half === 'packed' ? 'vec2u' : vectorOf(elementType, width);
  return {
    key: `${elementType}${half === 'packed' ? ' packed' : ''}${width === 4 ? ' by 4' : ''}`,
    text: () =>
      [
        ...halfLines(half),
        `alias Values = ${values};`,
        `alias Element = ${element};`,
        `fn valuesOf(element: Element) -> Values { return ${half === 'packed' ? 'unpackHalves(element)' : 'Values(element)'}; }`,
        `fn elementOf(values: Values) -> Element { return ${half === 'packed' ? 'packHalves(values)' : 'Element(values)'}; }`,
        '',
      ].join('\n'),
  };
}

/** What f16 arrays need in front of everything: the feature, or the functions that unpack words. */
export function halfLines(storage: 'native' | 'packed' | null): string[] {
  if (storage === null) return [];
  return [storage === 'native' ? 'enable f16;' : packedHalves];
}

/** Alias, load and store of one array, as `elementAccess` describes them. */
export function arrayAccess(gpu: Gpu, name: string, elementType: ElementType, width: Width, written: boolean): string {
  const type = capitalised(name);
  const isInteger = elementType === 'u32' || elementType === 'i32';
  const values = vectorOf(isInteger ? elementType : 'f32', width);
  const define = (element: string, load: string, store: string) =>
    [
      `alias ${type} = ${element};`,
      `alias ${type}Values = ${values};`,
      `fn load${type}(index: u32) -> ${values} { return ${load}; }`,
      ...(written ? [`fn store${type}(index: u32, values: ${values}) { ${store} }`] : []),
    ].join('\n');
  if (elementType !== 'f16') return define(values, `${name}[index]`, `${name}[index] = values;`);
  if (gpu.profile.f16Storage === 'native') {
    const element = vectorOf('f16', width);
    return define(element, `${values}(${name}[index])`, `${name}[index] = ${element}(values);`);
  }
  if (width === 4) return define('vec2u', `unpackHalves(${name}[index])`, `${name}[index] = packHalves(values);`);
  if (!written) return define('u32', `unpack2x16float(${name}[index / 2])[index % 2]`, '');
  // Neighbouring threads write the two halves of a word. Each changes its own half only, so the
  // order does not matter.
  const word = `${name}[index / 2]`;
  return define(
    'atomic<u32>',
    `unpack2x16float(atomicLoad(&${word}))[index % 2]`,
    `let shift = 16 * (index % 2); atomicAnd(&${word}, ~(0xffffu << shift)); atomicOr(&${word}, halfBits(vec4f(values)).x << shift);`,
  );
}

/**
 * `@group(0) @binding(n)` lines for kernels whose arrays depend on their options, numbered as
 * `Dispatch` has them. Array `input` is an `array<Input>` unless `types` names its element.
 */
export function declareArrays(
  reads: readonly string[],
  writes: readonly string[],
  types: Readonly<Record<string, string>> = {},
): string {
  const declare = (name: string, index: number) => {
    const access = index < reads.length ? 'read' : 'read_write';
    return `@group(0) @binding(${index + 1}) var<storage, ${access}> ${name}: array<${types[name] ?? capitalised(name)}>;\n`;
  };
  return [...reads, ...writes].map(declare).join('');
}

function vectorOf(type: ElementType, width: Width): string {
  return width === 4 ? `vec4<${type}>` : type;
}

function capitalised(name: string): string {
  return `${name[0]?.toUpperCase()}${name.slice(1)}`;
}
