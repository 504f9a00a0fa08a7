import type { Gpu } from '../gpu.ts';
import { chosenVariant as attentionVariant } from '../kernels/attention/variants.ts';
import { chosenVariant as gemmVariant } from '../kernels/gemm/variants.ts';

/**
 * The variants that a device chooses instead of the portable ones, by the names of
 * `gpu.disabledVariants`. A GPU may have none for f32 products, but some for f16 and for attention.
 */
export function fastVariants(gpu: Gpu): string[] {
  const products = (['f32', 'f16'] as const).map((type) => {
    const operand = gpu.allocate(type, 64, 'operand');
    const variant = gemmVariant(gpu, { a: operand, b: operand });
    gpu.release(operand);
    return `gemm ${variant}`;
  });
  const attention = `attention ${attentionVariant(gpu, 'attention', { headSize: 64 })}`;
  return [...new Set([...products, attention])].filter(
    (name) => name !== 'gemm portable' && name !== 'attention byRow',
  );
}
