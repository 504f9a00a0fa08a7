import type { Tensor } from '@attune/tensor';

/**
 * Whether something is a Tensor. Told by what it has: the class itself would bring the kernels into
 * a page that only makes a Trainer.
 */
export function isTensor(value: unknown): value is Tensor {
  const { backward, item, shape } = (value ?? {}) as Partial<Tensor>;
  return typeof backward === 'function' && typeof item === 'function' && Array.isArray(shape);
}
