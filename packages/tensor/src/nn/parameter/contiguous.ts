import { joinContiguous } from '@attune/kernels/internal';
import { arrayOf, instanceOf, requireArgument } from '@attune/validate';
import { TensorError } from '../../errors.ts';
import { alignedElements, Parameter } from './parameter.ts';

const parametersKind = arrayOf(instanceOf(Parameter), 'Parameters');

/**
 * Moves parameters side by side in memory, in this order, so that `fusedLinear` reads them as one.
 * An optimizer that trains all of them keeps them so. Parameters stay where they are if their sizes
 * are not multiples of 64 elements (128 for matrix operands), or if together they are too large to
 * bind.
 *
 * @throws TensorError
 */
export function makeContiguous(parameters: readonly Parameter[]): void {
  requireArgument('makeContiguous', 'parameters', parameters, parametersKind, TensorError);
  const [first] = parameters;
  if (!first) return;
  const { device } = first;
  const { maxStorageBufferBindingSize } = device.info.limits;
  const elements = parameters.reduce((sum, { size }) => sum + size, 0);
  const fits = parameters.every(
    ({ size, isMatrixOperand }) => size % alignedElements[isMatrixOperand ? 'f16' : 'f32'] === 0,
  );
  if (!fits || 4 * elements > maxStorageBufferBindingSize) return;
  const group = { parameters, join: () => makeContiguous(parameters) };
  const sizes = parameters.map(({ size }) => size);
  for (const [index, array] of device.allocateContiguous('f32', sizes, 'contiguous parameters').entries()) {
    const parameter = parameters[index] as Parameter;
    device.copy(parameter.array, array);
    const old = parameter.moveTo(array, null);
    parameter.contiguousGroup = group;
    if (old) device.release(old);
  }
}

/** Whether parameters lie side by side now, and so do their f16 copies, if any. */
export function areContiguous(parameters: readonly Parameter[]): boolean {
  if (!Array.isArray(parameters))
    requireArgument('areContiguous', 'parameters', parameters, parametersKind, TensorError);
  // Within the same copies they have the layout of the weights.
  if (new Set(parameters.map(({ halfCopies }) => halfCopies)).size > 1) return false;
  return joinContiguous(parameters.map(({ array }) => array)) !== null;
}
