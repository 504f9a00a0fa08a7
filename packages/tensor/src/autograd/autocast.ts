import { halves } from '../functional/products/halves.ts';
import { precision } from './precision.ts';
import { requireAtMost } from '../surplusArguments.ts';

/**
 * Runs `body` in mixed precision: `linear` reads the f16 copy of a weight that has one (see
 * `AdamW`, `fp16`) and gives an f16 result, which the operations after it keep. Sums, layer norms,
 * softmax statistics and losses stay in f32. As `torch.autocast`.
 *
 * @throws TensorError when `body` is asynchronous
 */
export function autocast<T>(body: () => T): T {
  requireAtMost('autocast', 1, arguments);
  return precision.during(halves, body);
}
