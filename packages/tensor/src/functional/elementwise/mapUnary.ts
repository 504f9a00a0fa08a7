import * as kernels from '@attune/kernels';
import type { GpuArray, UnaryMember } from '@attune/kernels';
import { anyNumber, requireArgument } from '@attune/validate';
import { operationResult } from '../../autograd/operation.ts';
import type { Device } from '../../device.ts';
import { isFloat } from '../../dtypes.ts';
import type { DType } from '../../dtypes.ts';
import { TensorError } from '../../errors.ts';
import { Tensor } from '../../tensor.ts';
import { requireFloats, requireTensor } from '../checks.ts';

export interface UnaryKernels {
  forward(device: Device, io: { input: GpuArray; output: GpuArray; length: number }): void;
  /** Records the gradient; it may read the input and the output of the operation. */
  backward(
    device: Device,
    io: { gradOutput: GpuArray; input: GpuArray; output: GpuArray; gradInput: GpuArray; length: number },
  ): void;
}

/** An elementwise operation with its own kernels. */
export function unary<D extends DType>(
  operation: string,
  input: Tensor,
  { forward, backward }: UnaryKernels,
): Tensor<D> {
  requireFloats(operation, 'input', input);
  const { device, size: length, array: values } = input;
  const array = device.allocate(values.elementType, values.length, operation);
  forward(device, { input: values, output: array, length });
  return operationResult({
    operation,
    inputs: [input],
    array,
    shape: input.shape,
    backward: (gradients) =>
      gradients.add(input, (gradInput) =>
        backward(device, {
          gradOutput: gradients.output,
          input: gradients.read(input),
          output: array,
          gradInput,
          length,
        }),
      ),
  });
}

interface FamilyOptions {
  /** Its name in errors. Default: that of the function. */
  readonly operation?: string;
  readonly p?: number;
  readonly q?: number;
  /** Parameters of the derivative. Default: p and q. */
  readonly slope?: { readonly p: number; readonly q: number };
  /** Whether the result is bool. Default false. */
  readonly isTest?: boolean;
}

/** An operation of the kernel family `unary`. @throws TensorError */
export function mapped<D extends DType>(member: UnaryMember, input: Tensor, options: FamilyOptions = {}): Tensor<D> {
  const { operation = member.name, p, q, slope = { p, q }, isTest = false } = options;
  requireTensor(operation, 'input', input);
  const { device, size: length, array: values, shape } = input;
  const type = kernels.unaryResult(member, values.elementType);
  if (input.dtype === 'bool' && !isTest && type === 'u32')
    throw new TensorError(`${operation}: input is of bool; cast() it to a numeric type`);
  const array = device.allocate(type, values.length, operation);
  kernels.unary(device, { function: member, input: values, output: array, length, p, q });
  // Gradients flow between floats only.
  if (isTest || !isFloat(values.elementType)) return new Tensor({ array, shape, device, isBool: isTest });
  return operationResult({
    operation,
    inputs: [input],
    array,
    shape,
    backward: (gradients) =>
      gradients.add(input, (gradInput) =>
        kernels.unaryBackward(device, {
          function: member,
          gradOutput: gradients.output,
          input: gradients.read(input),
          gradInput,
          length,
          ...slope,
        }),
      ),
  });
}

/** @throws TensorError when this is not a number; NaN and infinities are allowed */
export function requireNumber(operation: string, name: string, value: unknown): void {
  if (typeof value !== 'number') requireArgument(operation, name, value, anyNumber, TensorError);
}
