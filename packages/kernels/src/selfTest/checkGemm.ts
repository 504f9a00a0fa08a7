import type { Gpu } from '../gpu.ts';
import { cast } from '../kernels/cast/index.ts';
import { gemm } from '../kernels/gemm/index.ts';
import type { GemmTileSize } from '../kernels/gemm/index.ts';
import { chosenVariant } from '../kernels/gemm/variants.ts';
import { checkInput } from './checkInput.ts';
import type { VariantCheck } from './variantCheck.ts';

/** Sizes that fill no tile. */
const [m, n, k] = [35, 21, 50];
/** Of sums of 50 products below 1; f16 operands may be rounded once more. */
const tolerances = { f32: 1e-4, f16: 0.05 };

/** Records products in all layouts, of f32 and of f16 operands. */
export function checkGemm(gpu: Gpu): VariantCheck[] {
  const checks: VariantCheck[] = [];
  for (const type of ['f32', 'f16'] as const) {
    const operand = (length: number, seed: number) => {
      const single = checkInput(gpu, length, seed);
      if (type === 'f32') return single;
      const half = gpu.allocate('f16', length, 'operand');
      cast(gpu, { input: single, output: half, length });
      gpu.release(single);
      return half;
    };
    const [a, b] = [operand(m * k, 1), operand(k * n, 2)];
    const variant = chosenVariant(gpu, { a, b });
    for (const layout of variant === 'portable' ? [] : (['NN', 'NT', 'TN'] as const)) {
      const run = (chosen: typeof variant, tile: GemmTileSize) => {
        const output = gpu.allocate('f32', m * n, 'product');
        // The memory may hold another variant's results, which would hide one that stores nothing.
        gpu.clear(output);
        gemm(gpu, { a, b, output, m, n, k, layout, variant: chosen, tile });
        return output;
      };
      const expected = run('portable', 'medium');
      for (const tile of ['small', 'large'] as const) {
        checks.push({
          name: `gemm ${variant}`,
          actual: run(variant, tile),
          expected,
          tolerance: tolerances[type],
        });
      }
    }
    for (const array of [a, b]) gpu.release(array);
  }
  return checks;
}
