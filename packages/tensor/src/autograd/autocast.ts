import { Mode } from './mode.ts';

const mode = new Mode('autocast', { outside: false });

/** Whether matrix products read the f16 copies of their weights and give f16 results. */
export function isAutocastEnabled(): boolean {
  return mode.on;
}

/**
 * Runs `body` in mixed precision: `linear` reads the f16 copy of a weight that has one (see
 * `AdamW`, `fp16`) and gives an f16 result, which the operations after it keep. Sums, layer norms,
 * softmax statistics and losses stay in f32. As `torch.autocast`.
 *
 * @throws TensorError when `body` is asynchronous
 */
export function autocast<T>(body: () => T): T {
  return mode.during(body);
}

/** Runs `body` in mixed precision or not, whatever is on outside. */
export function inPrecision<T>(mixed: boolean, body: () => T): T {
  return mode.as(mixed, body);
}
