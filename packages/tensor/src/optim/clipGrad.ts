import * as kernels from '@attune/kernels';
import { flag, optional, requireArgument, requireOptions } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { noGrad } from '../autograd/gradMode.ts';
import { AutogradError, TensorError } from '../errors.ts';
import { requireDeviceOf } from '../functional/checks.ts';
import { add, div, mul } from '../functional/elementwise/binary.ts';
import { zeros } from '../functional/creation/create.ts';
import { stack } from '../functional/movement/joining.ts';
import { norm } from '../functional/reductions/norm.ts';
import { clamp } from '../functional/elementwise/unary.ts';
import { Tensor } from '../tensor.ts';
import { requireAtMost } from '../surplusArguments.ts';

/** Options of `clipGradNorm`. */
export interface ClipGradNormOptions {
  /** Exponent of the norm; Infinity for the largest absolute value. Default 2. */
  readonly normType?: number | undefined;
  /**
   * Whether a norm that is NaN or infinite is an error; checking waits for the GPU. Default false.
   */
  readonly errorIfNonfinite?: boolean | undefined;
}

const exponent: Kind = { what: 'a number above 0', holds: (value) => typeof value === 'number' && value > 0 };
const kinds = { normType: optional(exponent), errorIfNonfinite: optional(flag) };
const aBound: Kind = { what: 'a number of at least 0', holds: (value) => typeof value === 'number' && value >= 0 };
const tensorsKind: Kind = {
  what: 'parameters, such as model.parameters(), or one',
  holds: (value) =>
    value instanceof Tensor || (typeof value === 'object' && value !== null && Symbol.iterator in value),
};

/** The parameters with a gradient, and the device of all. */
function withGradients(where: string, parameters: Tensor | Iterable<Tensor>): readonly [Tensor, readonly Tensor[]] {
  requireArgument(where, 'parameters', parameters, tensorsKind, TensorError);
  const given = parameters instanceof Tensor ? [parameters] : [...parameters];
  const [first] = given;
  if (!first)
    throw new TensorError(
      `${where}: no parameter was given. A generator such as model.parameters() can be iterated only once; call it again.`,
    );
  for (const [index, parameter] of given.entries()) {
    if (!(parameter instanceof Tensor))
      throw new TensorError(`${where}: parameter ${index} is not a Tensor; pass model.parameters(), without names`);
    requireDeviceOf(where, `parameter ${index}`, parameter, first);
  }
  return [first, given.filter((parameter) => parameter.hasGrad)];
}

/** Replaces gradients. */
function replaceGradients(parameters: readonly Tensor[], change: (gradient: Tensor) => Tensor): void {
  for (const parameter of parameters) {
    const { device, grad, size: length } = parameter;
    if (!grad || length === 0) continue;
    const changed = change(grad);
    kernels.scale(device, { input: changed.array, output: parameter.ensureGradArray(), factor: 1, length });
    changed.dispose();
  }
}

/**
 * Multiplies all gradients by `min(1, maxNorm / (norm + 1e-6))`, with the norm of all gradients
 * together, as `torch.nn.utils.clip_grad_norm_`. It is recorded before the call returns, and waits
 * for the GPU only with `errorIfNonfinite`. `AdamW` does the same in its update, by `maxGradNorm`;
 * use that with a loss that is scaled for mixed precision.
 *
 * @param parameters parameters without a gradient count as 0
 * @returns the norm before clipping, a scalar on the GPU; rejects with a TensorError for wrong
 *   arguments, and with an AutogradError, leaving gradients unchanged, for a norm that is not
 *   finite
 */
export async function clipGradNorm(
  parameters: Tensor | Iterable<Tensor>,
  maxNorm: number,
  options: ClipGradNormOptions = {},
): Promise<Tensor> {
  requireAtMost('clipGradNorm', 3, arguments, kinds);
  const where = 'clipGradNorm';
  requireArgument(where, 'maxNorm', maxNorm, aBound, TensorError);
  requireOptions(where, options, kinds, { error: TensorError });
  const { normType: p = 2, errorIfNonfinite = false } = options;
  const [{ device }, clipped] = withGradients(where, parameters);
  if (clipped.length === 0) return zeros([], { device });
  const total = noGrad(() => norm(stack(clipped.map(({ grad }) => norm(grad as Tensor, null, { p }))), null, { p }));
  if (errorIfNonfinite && !Number.isFinite(await total.item()))
    throw new AutogradError(
      `${where}: the norm of the gradients is ${await total.item()}, so they cannot be clipped and are left unchanged`,
    );
  noGrad(() => {
    const factor = clamp(div(maxNorm, add(total, 1e-6)), { max: 1 });
    replaceGradients(clipped, (gradient) => mul(gradient, factor));
  });
  return total;
}

/**
 * Clamps every element of the gradients to [-clipValue, clipValue], as
 * `torch.nn.utils.clip_grad_value_`. It is recorded; it does not wait for the GPU.
 *
 * @throws TensorError
 */
export function clipGradValue(parameters: Tensor | Iterable<Tensor>, clipValue: number): void {
  requireAtMost('clipGradValue', 2, arguments);
  requireArgument('clipGradValue', 'clipValue', clipValue, aBound, TensorError);
  const [, clipped] = withGradients('clipGradValue', parameters);
  noGrad(() => replaceGradients(clipped, (gradient) => clamp(gradient, { min: -clipValue, max: clipValue })));
}
