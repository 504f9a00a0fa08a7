import { scale } from '@attune/kernels';
import { callable, requireArgument, requireOptions, shown, text } from '@attune/validate';
import { isFloat } from '../dtypes.ts';
import { ShapeError, TensorError } from '../errors.ts';
import { requireFloats, requireTensor } from '../functional/checks.ts';
import { formatShape, shapesEqual } from '../shape.ts';
import { Tensor } from '../tensor.ts';
import { noGrad } from './gradMode.ts';
import { operationResult } from './operation.ts';
import { requireAtMost } from '../surplusArguments.ts';

/** The definition of an operation for `customOp`. */
export interface CustomOp {
  /**
   * Computes the result, with operations or your own kernel (`device.dispatch`). It runs without
   * recording gradients; none flow through a result of whole numbers or bool.
   */
  readonly forward: (...inputs: Tensor[]) => Tensor;
  /**
   * Returns the gradients of the inputs, in order and with their shapes; null for an input without
   * one. For a single input it may return the gradient itself.
   *
   * @param gradient the gradient of the result
   * @param result what `forward` returned
   */
  readonly backward: (gradient: Tensor, result: Tensor, ...inputs: Tensor[]) => readonly (Tensor | null)[] | Tensor;
}

const kinds = { forward: callable, backward: callable };

/**
 * Makes an operation with its own gradient, as `torch.autograd.Function`:
 *
 *     const cube = customOp('cube', {
 *       forward: (x) => pow(x, 3),
 *       backward: (gradient, _result, x) => [mul(gradient, mul(square(x), 3))],
 *     });
 *
 * `gradcheck` tests it.
 *
 * @param name in errors
 * @throws TensorError; the operation throws it too, and ShapeError, where `forward` or `backward`
 *   return something else
 */
export function customOp(name: string, operation: CustomOp): (...inputs: Tensor[]) => Tensor {
  requireAtMost('customOp', 2, arguments);
  requireArgument('customOp', 'name', name, text, TensorError);
  requireOptions('customOp', operation, kinds, { error: TensorError });
  const { forward, backward } = operation;
  return (...inputs) => {
    const [first] = inputs;
    for (const [index, input] of inputs.entries()) requireTensor(name, `input ${index}`, input);
    if (!first) throw new TensorError(`${name}: pass one tensor or more`);
    const result = noGrad(() => forward(...inputs));
    if (!(result instanceof Tensor)) throw new TensorError(`${name}: forward must return a Tensor`);
    if (!isFloat(result.dtype)) return result;
    const { array, shape, device } = result;
    const viewed = inputs.find(({ memory }) => memory.storage === array.storage);
    return operationResult({
      operation: name,
      inputs: [viewed ?? first, ...inputs],
      array,
      shape,
      isView: viewed !== undefined,
      backward(gradients) {
        for (const input of inputs) gradients.read(input);
        const gradient = new Tensor({ array: gradients.output, shape, device });
        const given: unknown = noGrad(() => backward(gradient, result, ...inputs.map((input) => input.detach())));
        const found = gradientsOf(name, given, inputs.length);
        for (const [index, input] of inputs.entries()) {
          const own = found[index];
          if (!own) continue;
          requireFloats(`${name}: backward`, `the gradient of input ${index}`, own, input);
          if (!shapesEqual(own.shape, input.shape))
            throw new ShapeError(
              `${name}: backward gave input ${index} a gradient of the shape ${formatShape(own.shape)}; its own is ${formatShape(input.shape)}`,
            );
          gradients.add(input, (output) => scale(device, { input: own.array, output, factor: 1, length: input.size }));
        }
      },
    });
  };
}

function gradientsOf(name: string, given: unknown, count: number): readonly (Tensor | null)[] {
  const found = given instanceof Tensor ? [given] : given;
  const fits = Array.isArray(found) && found.length === count;
  if (fits && found.every((gradient) => gradient === null || gradient instanceof Tensor)) return found;
  throw new TensorError(
    `${name}: backward must return a gradient for each input, an array of ${count} (a Tensor, or null for none); got ${shown(found)}`,
  );
}
