import type { Gpu } from '../gpu.ts';
import { cast } from '../kernels/cast/index.ts';
import { gemm } from '../kernels/gemm/index.ts';
import type { GemmLayout } from '../kernels/gemm/index.ts';
import { variantsByCards } from '../kernels/gemm/variants.ts';
import { checkInput, uploadChecked } from './variantCheck.ts';
import type { VariantCheck } from './variantCheck.ts';

/**
 * Sizes that fill a small tile and end within the next, and are multiples of eight, as those of
 * models are.
 */
const [m, n, k] = [136, 72, 40];
const layouts = ['NN', 'NT', 'TN'] as const satisfies readonly GemmLayout[];
/** For sums of 40 products below 1; f16 operands may be rounded once more. */
const tolerances = { f32: 1e-4, f16: 0.05 };

/**
 * Records products of f32 and f16 operands as in a linear layer: the forward with a bias, and
 * gradients of the weights, which accumulate.
 */
export function checkGemm(gpu: Gpu): VariantCheck[] {
  const checks: VariantCheck[] = [];
  // Software adapters take half a second to compile each: only one product that training in f32
  // does not need, and only tiles that the device would choose.
  const { software } = gpu.profile;
  for (const type of ['f32', 'f16'] as const) {
    const [left, right] = [checkInput(m * k, 1), checkInput(k * n, 2)];
    const operand = (values: Float32Array<ArrayBuffer>) => {
      const single = uploadChecked(gpu, values);
      if (type === 'f32') return single;
      const half = gpu.allocate('f16', values.length, 'operand');
      cast(gpu, { input: single, output: half, length: values.length });
      gpu.release(single);
      return half;
    };
    const [a, b] = [operand(left), operand(right)];
    const biases = checkInput(n, 3);
    const bias = uploadChecked(gpu, biases);
    const fitting = variantsByCards(gpu, type === 'f16').filter((variant) => variant !== 'portable');
    for (const variant of software ? fitting.slice(0, 1) : fitting) {
      for (const layout of software && type === 'f16' ? (['NN'] as const) : layouts) {
        const expected = product(left, right, layout, layout === 'NT' ? biases : null);
        for (const tile of software ? [undefined] : (['small', 'large'] as const)) {
          const output = gpu.allocate('f32', m * n, 'product');
          // Reused memory may hold earlier results, which would hide a variant that stores nothing.
          gpu.clear(output);
          const epilogue = layout === 'NT' ? { bias } : { accumulate: layout === 'TN' };
          gemm(gpu, { a, b, output, m, n, k, layout, variant, tile, ...epilogue });
          checks.push({ name: `gemm ${variant}`, actual: output, expected, tolerance: tolerances[type] });
        }
      }
    }
    for (const array of [a, b, bias]) gpu.release(array);
  }
  return checks;
}

/** A B + bias in float64, of operands in this layout. */
function product(a: Float32Array, b: Float32Array, layout: GemmLayout, bias: Float32Array | null): Float64Array {
  return Float64Array.from({ length: m * n }, (_, index) => {
    const [row, column] = [Math.floor(index / n), index % n];
    let sum = bias?.[column] ?? 0;
    for (let inner = 0; inner < k; inner++) {
      const left = a[layout === 'TN' ? inner * m + row : row * k + inner] as number;
      sum += left * (b[layout === 'NT' ? column * k + inner : inner * n + column] as number);
    }
    return sum;
  });
}
