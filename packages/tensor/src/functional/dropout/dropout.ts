import * as kernels from '@attune/kernels';
import { requireArgument } from '@attune/validate';
import { operationResult } from '../../autograd/operation.ts';
import { TensorError } from '../../errors.ts';
import { asMatrix } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { requireFloats } from '../checks.ts';
import { dropoutKind, kernelDropout } from './dropoutOptions.ts';
import type { DropoutOptions } from './dropoutOptions.ts';
import type { DType } from '../../dtypes.ts';
import { requireAtMost } from '../../surplusArguments.ts';
import type { Floats } from '../operands.ts';

/**
 * Sets elements to 0 at random and divides the others by 1 - probability, as
 * `torch.nn.functional.dropout`; the random bits come from `options.random`. Of the shape and type
 * of `input`, f32 or f16; the gradient is dropped and scaled in the same way.
 *
 * @param input [rows, columns]
 * @throws TensorError
 */
export function dropout<D extends DType>(input: Floats<D>, options: DropoutOptions): Tensor<D> {
  requireAtMost('dropout', 2, arguments);
  requireFloats('dropout', 'input', input);
  requireArgument('dropout', 'options', options, dropoutKind, TensorError);
  const settings = kernelDropout(options);
  if (!settings) return input;
  const { device } = input;
  const { rows, columns } = asMatrix(input.shape);
  const array = device.allocate(input.array.elementType, input.array.length, 'dropout');
  kernels.dropout(device, { input: input.array, output: array, rows, columns, dropout: settings });
  return operationResult({
    operation: 'dropout',
    inputs: [input],
    array,
    shape: input.shape,
    backward: (gradients) =>
      gradients.add(input, (gradInput) =>
        kernels.dropout(device, { input: gradients.output, output: gradInput, rows, columns, dropout: settings }),
      ),
  });
}
