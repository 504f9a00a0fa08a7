import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { wgsl as geluFunctions } from '../activation/gelu.wgsl.ts';
import { arrayAccess, declareArrays, halfLines } from '../../wgsl/elementAccess.ts';
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
  readonly array: GpuArray;
  /** Whether it is read as vectors of four. */
  readonly wide: boolean;
}

/**
 * Four elements at four places; `wide` arrays hold vectors, and the places are known to be one such
 * vector.
 */
export function fetch(name: string, wide: boolean): string {
  const single = [...'xyzw'].map((component) => `load${name}(places.${component})`);
  const four = wide ? `load${name}(places.x / 4)` : `vec4f(${single.join(', ')})`;
  const element = wide ? `load${name}(place / 4)[place % 4]` : `load${name}(place)`;
  return `fn fetch${name}(places: vec4u) -> vec4f { return ${four}; }
fn element${name}(place: u32) -> f32 { return ${element}; }\n`;
}

/**
 * The arrays of a kernel with the access to them, and `storeFour`, which finishes and stores
 * results: vectors where `wide`, one by one otherwise. It is told the bias, `biasOfFour`, so that a
 * kernel reads that once for all rows.
 *
 * @param operands arrays read by the kernel itself
 */
export function epilogueSource(
  gpu: Gpu,
  epilogue: Epilogue,
  wide: boolean,
  operands: Readonly<Record<string, Operand>>,
): string {
  const { output, accumulate, bias, gelu, preActivation } = epilogue;
  const written = { output, ...(preActivation && { preActivation }) };
  const reads = { ...operands, ...(bias && { bias: { array: bias, wide } }) };
  const all = [...Object.values(reads).map(({ array }) => array), ...Object.values(written)];
  const values = wide ? 'vec4f' : 'f32';
  return [
    ...halfLines(all.some(({ elementType }) => elementType === 'f16') ? gpu.profile.f16Storage : null),
    ...Object.entries(reads).map(([name, { array, wide: isWide }]) =>
      arrayAccess(gpu, name, array.elementType, isWide ? 4 : 1, false),
    ),
    ...Object.entries(written).map(([name, { elementType }]) =>
      arrayAccess(gpu, name, elementType, wide ? 4 : 1, true),
    ),
    declareArrays(Object.keys(reads), Object.keys(written)),
    ...(gelu ? [geluFunctions] : []),
    `fn biasOfFour(column: u32) -> vec4f { return ${biasOfFour(bias !== undefined, wide)}; }`,
    `fn finish(place: u32, bias: ${values}, value: ${values}) {`,
    `  var result = value${bias ? ' + bias' : ''};`,
    ...(preActivation ? ['  storePreActivation(place, result);'] : []),
    ...(gelu
      ? [
          `  result = ${wide ? 'vec4f(gelu(result.x), gelu(result.y), gelu(result.z), gelu(result.w))' : 'gelu(result)'};`,
        ]
      : []),
    ...(accumulate ? ['  result += loadOutput(place);'] : []),
    '  storeOutput(place, result);',
    '}',
    wide ? storeWide : storeNarrow,
  ].join('\n');
}

function biasOfFour(hasBias: boolean, wide: boolean): string {
  if (!hasBias) return 'vec4f()';
  if (wide) return 'loadBias(min(column, parameters.n - 1) / 4)';
  const columns = [0, 1, 2, 3].map((number) => `loadBias(min(column + ${number}, parameters.n - 1))`);
  return `vec4f(${columns.join(', ')})`;
}

/** Words that name the epilogue in a program key. */
export function epilogueKey({ accumulate, bias, gelu, preActivation }: Epilogue): string {
  return `${bias ? ' bias' : ''}${gelu ? ' gelu' : ''}${preActivation ? ' saved' : ''}${accumulate ? ' added' : ''}`;
}
