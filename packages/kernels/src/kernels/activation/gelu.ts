import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { bytesPerElement } from '../../memory/gpuArray.ts';
import { floatTypes, requireArray, requireExtents, requireSeparate, singleTypes } from '../validate.ts';
import { columnBlocks } from '../columnSum/columnBlocks.ts';
import { columnSum } from '../columnSum/index.ts';
import { recordElementwise } from '../elementwise/record.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import type { ActivationOptions } from './activationOptions.ts';
import { wgsl as geluFunctions } from './gelu.wgsl.ts';
import { wgsl as geluBackwardSource } from './geluBackward.wgsl.ts';
import { wgsl as geluBackwardBiasSource } from './geluBackwardBias.wgsl.ts';
import { wgsl as geluForwardSource } from './geluForward.wgsl.ts';

export interface GeluBackwardOptions {
  /** [length], f32 or f16. */
  readonly gradOutput: GpuArray;
  /** [length], f32 or f16: the input of the forward. */
  readonly input: GpuArray;
  /** [length], f32 or f16, in another buffer. */
  readonly gradInput: GpuArray;
  readonly length: number;
}

export interface GeluBackwardWithBiasOptions {
  /** [rows, columns], f32 or f16. */
  readonly gradOutput: GpuArray;
  /** [rows, columns], f32 or f16: the input of the forward, to which a bias had been added. */
  readonly input: GpuArray;
  /** [rows, columns], f32 or f16, in another buffer. */
  readonly gradInput: GpuArray;
  /** f32 [columns]: the gradient of the bias, which is the sum of gradInput's rows. */
  readonly gradBias: GpuArray;
  readonly rows: number;
  readonly columns: number;
  /** Add to what `gradBias` holds. Default false. */
  readonly accumulate?: boolean;
}

/**
 * Lines that apply the functions of gelu.wgsl, which take one number, to a vector of either width.
 */
function geluOfEach(width: 1 | 4): string {
  const each = (name: string) =>
    width === 4 ? `vec4f(${['x', 'y', 'z', 'w'].map((part) => `${name}(v.${part})`).join(', ')})` : `${name}(v)`;
  const define = (name: string) => `fn ${name}OfEach(v: Values) -> Values { return ${each(name)}; }\n`;
  return `${geluFunctions}\n${define('gelu')}${define('geluDerivative')}`;
}

/**
 * Records output = gelu(input) with the error function, as PyTorch's `gelu(approximate='none')`.
 * Throws KernelArgumentError.
 */
export function gelu(gpu: Gpu, { input, output, length }: ActivationOptions): void {
  const prelude = { key: '', text: geluOfEach };
  recordElementwise(gpu, {
    kernel: 'gelu',
    source: geluForwardSource,
    reads: { input },
    writes: { output },
    length,
    prelude,
  });
}

/** Records gradInput = gradOutput * gelu'(input). Throws KernelArgumentError. */
export function geluBackward(gpu: Gpu, { gradOutput, input, gradInput, length }: GeluBackwardOptions): void {
  const prelude = { key: '', text: geluOfEach };
  recordElementwise(gpu, {
    kernel: 'geluBackward',
    source: geluBackwardSource,
    reads: { gradOutput, input },
    writes: { gradInput },
    length,
    prelude,
  });
}

/**
 * Records gradInput = gradOutput * gelu'(input) and, in the same pass over memory, the gradient of
 * the bias before the GELU. Its sums are taken block by block of rows, as `columnSum` takes them,
 * in an order that depends on `rows` alone. On Mesa 26 f32 takes two passes. Throws
 * KernelArgumentError.
 */
export function geluBackwardWithBias(gpu: Gpu, options: GeluBackwardWithBiasOptions): void {
  const kernel = 'geluBackwardWithBias';
  const { gradOutput, input, gradInput, gradBias, rows, columns, accumulate = false } = options;
  requireExtents(kernel, { rows, columns });
  const matrices = { gradOutput, input, gradInput };
  let bytes = 0;
  for (const [name, matrix] of Object.entries(matrices)) {
    requireArray(kernel, name, matrix, { rows, columns }, floatTypes);
    bytes += rows * columns * bytesPerElement[matrix.elementType];
  }
  requireArray(kernel, 'gradBias', gradBias, { columns }, singleTypes);
  requireSeparate(kernel, [gradOutput, input], [gradInput, gradBias]);
  // There every load down a column waits for the cache: two passes in order take 0.7 of the time.
  // In f16 the second would sum rounded numbers.
  if (gpu.profile.mesaVersion >= 26 && gradInput.elementType === 'f32') {
    geluBackward(gpu, { gradOutput, input, gradInput, length: rows * columns });
    columnSum(gpu, { input: gradInput, output: gradBias, rows, columns, accumulate });
    return;
  }
  const width = columns % 4 === 0 ? 4 : 1;
  const { blocks, text, integers, workgroups } = columnBlocks(gpu.profile, rows, columns / width);
  const sums = gpu.allocate('f32', blocks * columns, 'sums of blocks');
  const access = elementAccess(gpu, { gradOutput, input }, { gradInput, sums }, width);
  gpu.dispatch({
    program: {
      key: `${kernel} ${access.key}`,
      source: () => access.text() + geluOfEach(width) + text + geluBackwardBiasSource,
    },
    parameters: { integers },
    reads: [gradOutput, input],
    writes: [gradInput, sums],
    workgroups,
    work: { bytes: bytes + 4 * blocks * columns },
  });
  columnSum(gpu, { input: sums, output: gradBias, rows: blocks, columns, accumulate });
  gpu.release(sums);
}
