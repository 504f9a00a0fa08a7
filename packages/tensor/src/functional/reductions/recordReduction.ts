import { contiguousStrides, reduce, reduceBackward, scaleRepeated, stridedCopy } from '@attune/kernels';
import type { ElementType, GpuArray, ReduceGradientName, ReduceName, ReducedShape } from '@attune/kernels';
import { operationResult } from '../../autograd/operation.ts';
import type { Device } from '../../device.ts';
import { sizeOf } from '../../shape.ts';
import type { Shape } from '../../shape.ts';
import { Tensor } from '../../tensor.ts';
import { withoutAxes } from '../axes.ts';
import { axesLast, reducedAxes } from './reducedAxes.ts';
import { isFloat, sumType } from '../../dtypes.ts';
import type { DType } from '../../dtypes.ts';

/** One reduction kernel: a member of the family with its parameters. */
interface Run {
  readonly member: ReduceName;
  readonly factor?: number;
  readonly power?: number;
  readonly center?: GpuArray;
}

interface RowValues {
  readonly first?: GpuArray | undefined;
  readonly second?: GpuArray | undefined;
}

interface Center {
  readonly member: ReduceName;
  readonly factor?: (count: number) => number;
  /** What computes it once more, from its first value. */
  readonly again?: ReduceName;
}

/** How a reduction is computed; `count` is the number of elements that become one. */
export interface ReductionPlan {
  readonly operation: string;
  readonly member: ReduceName;
  /** Formula of the gradient; null where none flows. */
  readonly gradient: ReduceGradientName | null;
  /** A value of each row that the formula needs, such as the mean, computed first. */
  readonly center?: Center;
  /** The two values of each row in the formula of the gradient. */
  readonly values?:
    | ((
        run: (options: Run) => GpuArray,
        known: { readonly output: GpuArray; readonly center: GpuArray | undefined },
      ) => RowValues)
    | undefined;
  readonly factor?: ((count: number) => number) | undefined;
  readonly gradientFactor?: ((count: number) => number) | undefined;
  readonly power?: number | undefined;
  /** Whether reducing no elements is an error. */
  readonly needsElements?: boolean | undefined;
  /**
   * The type of the result: the input's, that of sums (f32 for floats, i32 for bool; whole numbers
   * keep theirs), or bool, without a gradient. Default: f32, for float inputs only.
   */
  readonly result?: 'as input' | 'as sums' | 'bool' | undefined;
}

/** Rows of the result, at least one: empty arrays cannot be allocated. */
export const rowsOf = ({ outer, inner }: ReducedShape): number => Math.max(1, outer * inner);

/** f32: one value for all elements along these axes. */
export function recordReduce(input: Tensor, axes: readonly number[], options: Run): GpuArray {
  const { device, shape } = input;
  const layout = reducedAxes(device, input.array, shape, axes);
  const output = device.allocate('f32', rowsOf(layout), options.member);
  reduce(device, { ...options, ...layout, output });
  if (layout.input !== input.array) device.release(layout.input);
  return output;
}

/** Reduces axes by a plan, with the gradient. */
export function reduction<D extends DType>(
  plan: ReductionPlan,
  input: Tensor,
  axes: readonly number[],
  keepDim: boolean,
): Tensor<D> {
  const { operation, member, power } = plan;
  const { device, shape } = input;
  const layout = reducedAxes(device, input.array, shape, axes);
  const { length } = layout;
  const run = (options: Run, type: ElementType = 'f32') => {
    const output = device.allocate(type, rowsOf(layout), operation);
    reduce(device, { ...layout, ...options, output });
    return output;
  };
  const centerBy = ({ member: first, factor: factorOf, again }: Center): GpuArray => {
    const factor = factorOf?.(length) ?? 1;
    const near = run({ member: first, factor });
    if (!again) return near;
    const exact = run({ member: again, factor, center: near });
    device.release(near);
    return exact;
  };
  const center = plan.center && centerBy(plan.center);
  const array = run(
    { member, factor: plan.factor?.(length) ?? 1, ...(power !== undefined && { power }), ...(center && { center }) },
    typeOf(plan, input),
  );
  const copied = layout.input === input.array ? undefined : layout.input;
  const result = { array, shape: withoutAxes(shape, axes, keepDim) };
  // Gradients flow between floats only.
  if (plan.result === 'bool' || !isFloat(input.dtype)) {
    if (copied) device.release(copied);
    const isBool = plan.result === 'bool' || (plan.result === 'as input' && input.dtype === 'bool');
    return new Tensor({ ...result, device, isBool });
  }
  return operationResult({
    operation,
    inputs: [input],
    ...result,
    saved: [center, copied],
    backward: (gradients) =>
      gradients.add(input, (gradInput) => {
        if (plan.gradient === null) return device.clear(gradInput);
        const made: GpuArray[] = [];
        const kept = (options: Run) => {
          const values = run(options);
          made.push(values);
          return values;
        };
        const { first, second } = plan.values?.(kept, { output: array, center }) ?? {};
        const write = (output: GpuArray) =>
          reduceBackward(device, {
            ...layout,
            input: copied ?? gradients.read(input),
            member: plan.gradient as ReduceGradientName,
            gradOutput: gradients.output,
            gradInput: output,
            factor: plan.gradientFactor?.(length) ?? 1,
            ...(power !== undefined && { power }),
            ...(first && { first }),
            ...(second && { second }),
          });
        if (copied) writeInPlace(device, gradInput, copied.length, { shape, axes }, write);
        else write(gradInput);
        for (const values of made) device.release(values);
      }),
  });
}

function typeOf({ result }: ReductionPlan, { dtype, array }: Tensor): ElementType {
  if (result === 'bool') return 'u32';
  if (result === 'as input') return array.elementType;
  return result === 'as sums' ? sumType(dtype) : 'f32';
}

/** Writes an array with the reduced axes last, and copies it back to their order. */
function writeInPlace(
  device: Device,
  target: GpuArray,
  length: number,
  { shape, axes }: { readonly shape: Shape; readonly axes: readonly number[] },
  write: (array: GpuArray) => void,
): void {
  const input = device.allocate(target.elementType, length, 'contiguous gradient');
  write(input);
  const order = axesLast(
    shape,
    axes.filter((axis) => shape[axis] !== 1),
  );
  const strides = contiguousStrides(shape);
  const permuted = order.map((axis) => shape[axis] as number);
  const to = { strides: order.map((axis) => strides[axis] as number) };
  stridedCopy(device, { input, output: target, shape: permuted, from: { strides: contiguousStrides(permuted) }, to });
  device.release(input);
}

/**
 * One value for each row, times a factor, to all elements along these axes: the gradient of a sum.
 */
export function spread(
  device: Device,
  { input, output, factor }: { readonly input: GpuArray; readonly output: GpuArray; readonly factor: number },
  shape: Shape,
  axes: readonly number[],
): void {
  const strides = contiguousStrides(shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent)));
  const from = strides.map((stride, axis) => (axes.includes(axis) ? 0 : stride));
  const length = sizeOf(shape);
  if (length === 0) return;
  if (factor === 1) stridedCopy(device, { input, output, shape, from: { strides: from } });
  else
    scaleRepeated(device, { input, output, factor, length, broadcast: { extents: shape, strides: { input: from } } });
}
