import { isFloat } from '../../dtypes.ts';
import { ShapeError } from '../../errors.ts';
import { requireDeviceOf } from '../../functional/checks.ts';
import { add } from '../../functional/elementwise/binary.ts';
import { logicalOr } from '../../functional/elementwise/comparisons.ts';
import { cast } from '../../functional/elementwise/cast.ts';
import { subsequentMask } from '../../functional/attention/subsequentMask.ts';
import { zeros } from '../../functional/creation/create.ts';
import { concat } from '../../functional/movement/joining.ts';
import { reshape } from '../../functional/movement/movement.ts';
import { logicalNot } from '../../functional/elementwise/unary.ts';
import { maskedFill } from '../../functional/elementwise/where.ts';
import { formatShape, shapesEqual } from '../../shape.ts';
import type { Shape } from '../../shape.ts';
import { Tensor } from '../../tensor.ts';

export const maskKind = {
  what: 'a Tensor of bool, true where nothing is seen, or of numbers that are added to the scores',
  holds: (value: unknown) => value instanceof Tensor && (value.dtype === 'bool' || isFloat(value.dtype)),
};

interface Masks {
  readonly keyPaddingMask?: Tensor | null;
  readonly attnMask?: Tensor | null;
  readonly isCausal?: boolean;
}

interface Sizes {
  readonly batch: number;
  readonly heads: number;
  readonly queries: number;
  /** Number of keys, the extra ones included. */
  readonly keys: number;
  /** Number of extra keys at the end, which all queries attend to. */
  readonly extra: number;
  /** A tensor of the scores' type and device. */
  readonly like: Tensor;
}

/**
 * Combines masks in the convention of `torch.nn.MultiheadAttention`, true where attention is not
 * allowed, to one in that of `scaledDotProductAttention`, true where it is; it broadcasts to
 * [batch, heads, queries, keys]. Undefined where there is no mask.
 *
 * @throws ShapeError, TensorError
 */
export function attentionMask(masks: Masks, sizes: Sizes): Tensor | undefined {
  const { keyPaddingMask, attnMask, isCausal = false } = masks;
  const { batch, heads, queries, extra, like } = sizes;
  const keys = sizes.keys - extra;
  const all: Tensor[] = [];
  if (attnMask) all.push(placed(attnMask, queries, keys, { batch, heads }));
  else if (isCausal) all.push(subsequentMask('MultiheadAttention', queries, keys, like.device));
  if (keyPaddingMask) {
    const isSingle = batch === 1 && shapesEqual(keyPaddingMask.shape, [keys]);
    if (!isSingle && !shapesEqual(keyPaddingMask.shape, [batch, keys]))
      refuse('keyPaddingMask', keyPaddingMask.shape, `[${batch}, ${keys}]`);
    all.push(reshape(keyPaddingMask, [batch, 1, 1, keys]));
  }
  for (const mask of all) requireDeviceOf('MultiheadAttention', 'a mask', mask, like);
  const wide = all.map((mask) => (extra > 0 ? withSeen(mask, extra) : mask));
  if (wide.length === 0) return undefined;
  if (wide.every(({ dtype }) => dtype === 'bool')) return logicalNot(wide.reduce(logicalOr));
  return wide.map((mask) => added(mask, like)).reduce(add);
}

function refuse(name: string, shape: Shape, expected: string): never {
  throw new ShapeError(`MultiheadAttention: ${name} has the shape ${formatShape(shape)}; expected ${expected}`);
}

function placed(
  mask: Tensor,
  queries: number,
  keys: number,
  { batch, heads }: Readonly<Record<'batch' | 'heads', number>>,
): Tensor {
  if (shapesEqual(mask.shape, [queries, keys])) return reshape(mask, [1, 1, queries, keys]);
  if (!shapesEqual(mask.shape, [batch * heads, queries, keys]))
    refuse('attnMask', mask.shape, `[${queries}, ${keys}] or [${batch * heads}, ${queries}, ${keys}]`);
  return reshape(mask, [batch, heads, queries, keys]);
}

/** The mask extended by extra keys, which are allowed. */
function withSeen(mask: Tensor, extra: number): Tensor {
  const { device, dtype } = mask;
  return concat([mask, zeros([...mask.shape.slice(0, -1), extra], { device, dtype })], -1);
}

/** The mask as numbers to add to the scores. */
function added(mask: Tensor, { dtype, device }: Tensor): Tensor {
  if (mask.dtype !== 'bool') return mask.dtype === dtype ? mask : cast(mask, dtype);
  return maskedFill(zeros([1], { device, dtype }), mask, -Infinity);
}
