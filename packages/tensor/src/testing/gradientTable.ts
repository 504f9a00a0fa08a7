import { gradcheck } from '../autograd/gradcheck.ts';
import * as api from '../index.ts';
import { sizeOf } from '../shape.ts';
import { callCase } from './torchCases.ts';
import type { TorchCase } from './torchCases.ts';

/**
 * Numbers away from kinks of functions: positive, all different, none near a whole or half number.
 */
const smooth = (length: number, input: number): Float32Array =>
  Float32Array.from(
    { length },
    (_, index) => Math.floor(((index * 7 + input * 3) % 12) / 4) + 0.1 + ((index * 0.618 + input * 0.17) % 1) * 0.3,
  );

const costOf = ({ shapes }: TorchCase) => shapes.reduce((total, shape) => total + sizeOf(shape), 0);

/** The float results, flattened and concatenated. */
function call(entry: TorchCase, given: readonly api.Tensor[]): api.Tensor {
  const floats = callCase(entry, given).filter(({ dtype }) => dtype === 'f32' || dtype === 'f16');
  const flat = floats.map((output) => api.cast(api.flatten(output), 'f32'));
  return flat.length === 1 ? (flat[0] as api.Tensor) : api.concat(flat);
}

/**
 * Compares the gradients of one operation, by the smallest of its cases, with finite differences.
 *
 * @returns whether there was a case to check
 * @throws AutogradError where they differ
 */
export async function checkOperation(cases: readonly TorchCase[]): Promise<boolean> {
  const candidates = cases
    .filter(({ gradients, shapes }) => gradients && shapes.every((shape) => sizeOf(shape) > 0))
    .filter((entry) => costOf(entry) >= 2)
    .toSorted((a, b) => costOf(a) - costOf(b));
  for (const entry of candidates) {
    const inputs = entry.shapes.map((shape, index) =>
      api.tensor(smooth(sizeOf(shape), index), { shape, requiresGrad: true }),
    );
    const values = await call(entry, inputs).data();
    // The variance of one element is NaN.
    if (!(values as Float32Array).every(Number.isFinite)) continue;
    await gradcheck((...given) => call(entry, given), inputs, { step: 0.004 });
    return true;
  }
  return false;
}
