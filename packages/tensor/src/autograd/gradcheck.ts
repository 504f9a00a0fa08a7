import { arrayOf, callable, instanceOf, number, optional, requireArgument, requireOptions } from '@attune/validate';
import { AutogradError, TensorError } from '../errors.ts';
import { tensor } from '../functional/creation/create.ts';
import { Mt19937 } from '../random/mt19937.ts';
import { Tensor } from '../tensor.ts';
import { noGrad } from './gradMode.ts';
import { requireAtMost } from '../surplusArguments.ts';

/** Options of `gradcheck`. */
export interface GradcheckOptions {
  /**
   * Size of the finite difference, relative to elements whose magnitude is above 1. Default 0.01.
   */
  readonly step?: number | undefined;
  /** Absolute tolerance, added to the relative one. Default 0.001. */
  readonly absolute?: number | undefined;
  /** Relative tolerance. Default 0.01. */
  readonly relative?: number | undefined;
}

const kinds = { step: optional(number), absolute: optional(number), relative: optional(number) };

/** Stencil of a central difference of fourth order. */
const places = [-2, -1, 1, 2] as const;

const otherNames = {
  eps: 'it is called step',
  atol: 'it is called absolute',
  rtol: 'it is called relative',
  raise_exception: 'it throws; catch it',
};

/**
 * Compares the gradients of a function with finite differences, to test an operation of your own:
 * `await gradcheck((x, y) => myOperation(x, y), [x, y])`. Everything is computed in f32, so inputs
 * should be small, of magnitudes around 1, and away from kinks of the function.
 *
 * @param f function of tensors that returns a tensor; it must be deterministic
 * @param inputs tensors; those that require a gradient are checked, and must be of f32
 * @throws AutogradError naming input, element and both numbers where they differ; TensorError
 */
export async function gradcheck(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  options: GradcheckOptions = {},
): Promise<void> {
  requireAtMost('gradcheck', 3, arguments);
  requireArgument('gradcheck', 'f', f, callable, TensorError);
  requireArgument('gradcheck', 'inputs', inputs, arrayOf(instanceOf(Tensor), 'tensors'), TensorError);
  requireOptions('gradcheck', options, kinds, { error: TensorError, otherNames });
  const { step = 0.01, absolute = 1e-3, relative = 0.01 } = options;
  const checked = inputs.map(({ requiresGrad }) => requiresGrad);
  const half = inputs.findIndex(({ requiresGrad, dtype }) => requiresGrad && dtype !== 'f32');
  if (half >= 0) throw new AutogradError(`gradcheck: input ${half} must be of f32; it is of f16. Use cast() within f.`);
  if (!checked.some(Boolean)) throw new AutogradError('gradcheck: no input requires a gradient');
  const given = await Promise.all(inputs.map((input) => input.data()));
  const leaf = (input: Tensor, data: Float32Array, requiresGrad: boolean) =>
    tensor(data, { shape: input.shape, device: input.device, requiresGrad });
  const leaves = inputs.map((input, at) =>
    checked[at] ? leaf(input, given[at] as Float32Array, true) : input.detach(),
  );
  const output = f(...leaves);
  if (!(output instanceof Tensor)) throw new TensorError('gradcheck: f must return a Tensor');
  const weights = new Mt19937(1).normal(output.size);
  output.backward(tensor(weights, { shape: output.shape, device: output.device }));

  for (const [at, input] of inputs.entries()) {
    if (!checked[at]) continue;
    const data = given[at] as Float32Array;
    const weighted = async (index: number, value: number) => {
      const moved = data.slice();
      moved[index] = value;
      const result = noGrad(() =>
        f(...leaves.map((other, place) => (place === at ? leaf(input, moved, false) : other))),
      );
      const values = await result.data();
      return weights.reduce((total, weight, place) => total + weight * (values[place] as number), 0);
    };
    const gradient = (await leaves[at]?.grad?.data()) ?? new Float32Array(data.length);
    for (const [index, value] of data.entries()) {
      const width = step * Math.max(1, Math.abs(value));
      const [far, near, nearAbove, farAbove] = await Promise.all(
        places.map((place) => weighted(index, Math.fround(value + place * width))),
      );
      const slope = (8 * (nearAbove! - near!) - (farAbove! - far!)) / (12 * width);
      const found = gradient[index] as number;
      if (!(Math.abs(found - slope) <= absolute + relative * Math.abs(slope)))
        throw new AutogradError(
          `gradcheck: the gradient of input ${at} at element ${index} is ${found}; differences of the function give ${slope}`,
        );
    }
  }
}
