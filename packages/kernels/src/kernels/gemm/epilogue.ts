import type { GpuArray } from '../../gpuArray.ts';
import { wgsl as geluFunctions } from '../activation/gelu.wgsl.ts';
import { declareArrays } from '../prelude.ts';
import { wgsl as storeNarrow } from './storeNarrow.wgsl.ts';
import { wgsl as storeWide } from './storeWide.wgsl.ts';

/** What happens to a product once it is summed up. */
export interface Epilogue {
  readonly output: GpuArray;
  readonly accumulate: boolean;
  readonly bias: GpuArray | undefined;
  readonly gelu: boolean;
  readonly preActivation: GpuArray | undefined;
}

interface Operand {
  /** Type or alias of one element. */
  readonly element: string;
  readonly wide: boolean;
}

/** Four elements at four places; `wide` arrays hold vectors, and the places are known to be one such vector. */
export function fetch(name: string, wide: boolean): string {
  const array = name.toLowerCase();
  const single = [...'xyzw'].map((component) => `f32(${array}[places.${component}])`);
  const four = `vec4f(${wide ? `${array}[places.x / 4]` : single.join(', ')})`;
  const element = wide ? `${array}[place / 4][place % 4]` : `${array}[place]`;
  return `fn fetch${name}(places: vec4u) -> vec4f { return ${four}; }
fn element${name}(place: u32) -> f32 { return f32(${element}); }\n`;
}

/**
 * The arrays of a kernel and `storeFour`, which finishes and stores results: vectors where `wide`, one by one otherwise.
 *
 * @param operands arrays read by the kernel itself, and whether each is declared as one of vectors
 */
export function epilogueSource(epilogue: Epilogue, wide: boolean, operands: Readonly<Record<string, Operand>>): string {
  const { accumulate, bias, gelu, preActivation } = epilogue;
  const vector = (element: string, isWide: boolean) => (isWide ? `vec4<${element}>` : element);
  const reads = [...Object.keys(operands), ...(bias ? ['bias'] : [])];
  const writes = ['output', ...(preActivation ? ['preActivation'] : [])];
  const types = {
    ...Object.fromEntries(Object.entries(operands).map(([name, operand]) => [name, vector(operand.element, operand.wide)])),
    bias: vector('f32', wide),
    output: vector('Output', wide),
    preActivation: vector('PreActivation', wide),
  };
  const values = vector('f32', wide);
  return [
    declareArrays(reads, writes, types),
    ...(gelu ? [geluFunctions] : []),
    `fn finish(place: u32, column: u32, value: ${values}) {`,
    '  var result = value;',
    ...(bias ? ['  result += bias[column];'] : []),
    ...(preActivation ? [`  preActivation[place] = ${types.preActivation}(result);`] : []),
    ...(gelu ? [`  result = ${wide ? 'vec4f(gelu(result.x), gelu(result.y), gelu(result.z), gelu(result.w))' : 'gelu(result)'};`] : []),
    ...(accumulate ? [`  result += ${values}(output[place]);`] : []),
    `  output[place] = ${types.output}(result);`,
    '}',
    wide ? storeWide : storeNarrow,
  ].join('\n');
}

/** Words that name the epilogue in a program key. */
export function epilogueKey({ accumulate, bias, gelu, preActivation }: Epilogue): string[] {
  return [...(bias ? ['bias'] : []), ...(gelu ? ['gelu'] : []), ...(preActivation ? ['saved'] : []), ...(accumulate ? ['added'] : [])];
}
