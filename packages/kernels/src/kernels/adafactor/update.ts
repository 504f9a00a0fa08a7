import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import type { OptimizerMembers, OptimizerState } from '../optimizer/index.ts';
import { requireArray, singleTypes } from '../validate.ts';
import { wgsl as applySource } from './apply.wgsl.ts';
import { wgsl as columnSource } from './columnMeans.wgsl.ts';
import { wgsl as decideSource } from './decide.wgsl.ts';
import { wgsl as factorSource } from './rowFactors.wgsl.ts';
import { wgsl as rowSource } from './rowMeans.wgsl.ts';
import { wgsl as squaresSource } from './stepSquares.wgsl.ts';

/** A parameter with what Adafactor keeps of it. */
export interface AdafactorParameter {
  readonly shape: readonly number[];
  /** f32 `[elements]`. */
  readonly weights: GpuArray;
  /** f32 `[elements]`. */
  readonly gradients: GpuArray;
  /** f32 `[elements]`: the running mean of the updates, where `beta1` is given. */
  readonly average?: GpuArray | undefined;
  /** f32 `[elements]`, of a parameter with fewer than two dimensions. */
  readonly squares?: GpuArray | undefined;
  /** f32: means of squares of the rows, `[…, rows]`. */
  readonly rows?: GpuArray | undefined;
  /** f32: means of squares of the columns, `[…, columns]`. */
  readonly columns?: GpuArray | undefined;
  /** Number of its group; of its member where members are given. */
  readonly id: number;
}

export interface AdafactorInput {
  readonly state: OptimizerState;
  readonly members?: OptimizerMembers | undefined;
  /** Added to squared gradients, and the least scale of a parameter. */
  readonly epsilon: readonly [number, number];
  readonly clipThreshold: number;
  /** Decay of the running mean of the updates; null for none. */
  readonly beta1: number | null;
  /** Whether the learning rate is multiplied by the scale of the parameter. */
  readonly scaleParameter: boolean;
}

const kernel = 'adafactor';
const mostPartials = 64;

/**
 * Records the update of one parameter by Adafactor, after `decideUpdate`, whose correction is 1 -
 * beta2. Shazeer, Stern, "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost", 2018, as
 * implemented by `transformers.optimization.Adafactor`. Sums are taken in a fixed order.
 *
 * @throws KernelArgumentError
 */
export function adafactorUpdate(gpu: Gpu, parameter: AdafactorParameter, input: AdafactorInput): void {
  const { shape } = parameter;
  const [width, height] = [shape.at(-1) ?? 1, shape.at(-2) ?? 1];
  const elements = shape.reduce((product, length) => product * length, 1);
  if (elements === 0) return;
  const sizes: Sizes = { elements, width, rows: height, batches: elements / (width * height) };
  requireParameter(parameter, sizes);
  const factors = parameter.rows ? recordMeans(gpu, parameter, input, sizes) : null;
  const scalars = recordDecision(gpu, parameter, input, { sizes, factors });
  recordStep(gpu, parameter, input, { sizes, factors, scalars });
  if (factors) gpu.release(factors);
  gpu.release(scalars);
}

interface Sizes {
  readonly elements: number;
  readonly width: number;
  readonly rows: number;
  readonly batches: number;
}

const ratesOf = ({ state, members }: AdafactorInput) => [state.words, members ? members.rates : state.groups];

/** Records the means of rows and columns and the factors of the rows; the caller releases them. */
function recordMeans(
  gpu: Gpu,
  { gradients, rows, columns, id }: AdafactorParameter,
  input: AdafactorInput,
  { width, rows: height, batches, elements }: Sizes,
): GpuArray {
  const members = input.members !== undefined;
  const floats = [input.epsilon[0]];
  gpu.dispatch({
    program: kernelProgram('adafactorRows', rowSource, { members }),
    parameters: { integers: [id, batches * height, width], floats },
    reads: [...ratesOf(input), gradients],
    writes: [rows as GpuArray],
    workgroups: spreadWorkgroups(batches * height),
    work: { bytes: 4 * elements, flops: 3 * elements },
  });
  const groups = Math.ceil(width / 16);
  gpu.dispatch({
    program: kernelProgram('adafactorColumns', columnSource, { members }),
    parameters: { integers: [id, batches, height, width, groups], floats },
    reads: [...ratesOf(input), gradients],
    writes: [columns as GpuArray],
    workgroups: spreadWorkgroups(groups * batches),
    work: { bytes: 4 * elements, flops: 3 * elements },
  });
  const factors = gpu.allocate('f32', batches * height, 'factors of rows');
  gpu.dispatch({
    program: kernelProgram('adafactorRowFactors', factorSource),
    parameters: { integers: [batches, height] },
    reads: [rows as GpuArray],
    writes: [factors],
    workgroups: spreadWorkgroups(batches),
  });
  return factors;
}

/** Records the scalars of decide.wgsl; the caller releases them. */
function recordDecision(
  gpu: Gpu,
  { gradients, weights, columns, squares, id }: AdafactorParameter,
  input: AdafactorInput,
  { sizes, factors }: { readonly sizes: Sizes; readonly factors: GpuArray | null },
): GpuArray {
  const { elements, rows, width } = sizes;
  const members = input.members !== undefined;
  const count = Math.min(mostPartials, Math.ceil(elements / 1024));
  const partials = gpu.allocate('f32', 2 * count, 'partial sums of steps');
  gpu.dispatch({
    program: kernelProgram('adafactorSquares', squaresSource, { members, factored: factors !== null }),
    parameters: { integers: [id, elements, rows, width], floats: [input.epsilon[0]] },
    reads: [...ratesOf(input), ...(factors && columns ? [factors, columns] : []), gradients, weights],
    writes: [partials, ...(factors ? [] : [squares as GpuArray])],
    workgroups: [count, 1, 1],
    work: { bytes: 8 * elements, flops: 8 * elements },
  });
  const scalars = gpu.allocate('f32', 4, 'scalars of a parameter');
  gpu.dispatch({
    program: kernelProgram('adafactorDecide', decideSource, { members, scaled: input.scaleParameter }),
    parameters: { integers: [id, elements, count], floats: [input.epsilon[1], input.clipThreshold] },
    reads: [...ratesOf(input), partials],
    writes: [scalars],
    workgroups: [1, 1, 1],
  });
  gpu.release(partials);
  return scalars;
}

function recordStep(
  gpu: Gpu,
  { gradients, weights, columns, squares, average }: AdafactorParameter,
  { beta1 }: AdafactorInput,
  { sizes, factors, scalars }: { readonly sizes: Sizes; readonly factors: GpuArray | null; readonly scalars: GpuArray },
): void {
  const { elements, rows, width } = sizes;
  gpu.dispatch({
    program: kernelProgram('adafactorApply', applySource, {
      factored: factors !== null,
      average: average !== undefined,
    }),
    parameters: { integers: [elements, rows, width], floats: [beta1 ?? 0, 1 - (beta1 ?? 0)] },
    reads: [...(factors && columns ? [factors, columns] : [squares as GpuArray]), scalars, gradients],
    writes: [weights, ...(average ? [average] : [])],
    workgroups: spreadWorkgroups(Math.ceil(elements / 128)),
    work: { bytes: 12 * elements, flops: 8 * elements },
  });
}

function requireParameter(parameter: AdafactorParameter, { elements, width, rows, batches }: Sizes): void {
  const { weights, gradients, average, squares, shape } = parameter;
  if (shape.length >= 2 ? !parameter.rows || !parameter.columns : !squares) {
    throw new KernelArgumentError(
      `${kernel}: a parameter of ${shape.length} dimensions needs ${shape.length >= 2 ? 'rows and columns' : 'squares'}`,
    );
  }
  for (const [name, array] of Object.entries({ weights, gradients, average, squares }))
    if (array) requireArray(kernel, name, array, { elements }, singleTypes);
  if (parameter.rows) requireArray(kernel, 'rows', parameter.rows, { rows: batches * rows }, singleTypes);
  if (parameter.columns) requireArray(kernel, 'columns', parameter.columns, { columns: batches * width }, singleTypes);
}
