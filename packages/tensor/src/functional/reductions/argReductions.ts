import { argReduce } from '@attune/kernels';
import { Tensor } from '../../tensor.ts';
import { readAxis, withoutAxes } from '../axes.ts';
import { requireGivenOptions, requireTensor } from '../checks.ts';
import { reductionKinds, requireElements } from './reductionArguments.ts';
import type { ReductionOptions } from './reductionArguments.ts';
import { rowsOf } from './recordReduction.ts';
import { reducedAxes } from './reducedAxes.ts';
import { requireAtMost } from '../../surplusArguments.ts';

/**
 * Index of the greatest element along a dimension, or in the flat tensor where none is named: i32,
 * the first of equals; NaN is the greatest. Any element type; no gradient. As `torch.argmax`.
 *
 * @throws ShapeError for no elements, TensorError
 */
export function argMax(input: Tensor, dim?: number | null, options: ReductionOptions = {}): Tensor<'i32'> {
  requireAtMost('argMax', 3, arguments, reductionKinds);
  return argReduced('argMax', { input, dim, options, least: false });
}

/**
 * Index of the least element, as `argMax`; NaN is the least. i32; no gradient. As `torch.argmin`.
 *
 * @throws ShapeError for no elements, TensorError
 */
export function argMin(input: Tensor, dim?: number | null, options: ReductionOptions = {}): Tensor<'i32'> {
  requireAtMost('argMin', 3, arguments, reductionKinds);
  return argReduced('argMin', { input, dim, options, least: true });
}

interface ArgReductionCall {
  readonly input: Tensor;
  readonly dim: number | null | undefined;
  readonly options: ReductionOptions;
  /** Whether the least element is looked for, not the greatest. */
  readonly least: boolean;
}

function argReduced(operation: string, { input, dim, options, least }: ArgReductionCall): Tensor<'i32'> {
  requireTensor(operation, 'input', input);
  requireGivenOptions(operation, options, reductionKinds);
  const { device, shape } = input;
  const axes =
    dim === undefined || dim === null
      ? [...shape.keys()]
      : [readAxis(operation, 'dim', dim, shape)].filter((axis) => axis < shape.length);
  requireElements(operation, input, axes);
  const layout = reducedAxes(device, input.array, shape, axes);
  const array = device.allocate('i32', rowsOf(layout), operation);
  argReduce(device, { ...layout, output: array, least });
  return new Tensor({ array, shape: withoutAxes(shape, axes, options.keepDim === true), device });
}
