import * as kernels from '@attune/kernels';
import { ne } from '@attune/kernels/binary';
import { oneOf, requireArgument } from '@attune/validate';
import { TensorError } from '../../errors.ts';
import { Tensor } from '../../tensor.ts';
import { isFloat } from '../../dtypes.ts';
import type { DType } from '../../dtypes.ts';
import { castFloats } from './castFloats.ts';
import { requireTensor } from '../checks.ts';
import { requireAtMost } from '../../surplusArguments.ts';

const types = oneOf('f32', 'f16', 'i32', 'u32', 'bool');

/**
 * The values in another element type. Floats are truncated and clamped to whole numbers; as bool,
 * everything but 0 is true. Gradients flow between floats. Of the shape of `input`.
 *
 * @throws TensorError
 */
export function cast<T extends DType>(input: Tensor, dtype: T): Tensor<T> {
  requireAtMost('cast', 2, arguments);
  requireTensor('cast', 'input', input);
  requireArgument('cast', 'dtype', dtype, types, TensorError);
  if (isFloat(input.dtype) && isFloat(dtype)) return castFloats(input, dtype) as Tensor<T>;
  const { device, size: length, shape } = input;
  const isBool = dtype === 'bool';
  const array = device.allocate(isBool ? 'u32' : dtype, input.array.length, `cast to ${dtype}`);
  if (isBool) kernels.binary(device, { function: ne, a: input.array, b: 0, output: array, length });
  else kernels.cast(device, { input: input.array, output: array, length });
  return new Tensor({ array, shape, device, isBool });
}
