import { requireArgument, text } from '@attune/validate';
import { TensorError } from '../../errors.ts';
import { sizeOf } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { mul } from '../elementwise/binary.ts';
import { cast } from '../elementwise/cast.ts';
import { requireFloats, requireSameType } from '../checks.ts';
import { readEquation } from './einsumEquation.ts';
import { matmul } from './matmul.ts';
import { diagonal, permute, reshape } from '../movement/movement.ts';
import { sum } from '../reductions/reductions.ts';
import type { DType } from '../../dtypes.ts';
import type { Floats } from '../operands.ts';

/** A tensor whose dimensions have names. */
interface Named {
  readonly tensor: Tensor;
  readonly names: readonly string[];
}

/**
 * Products and sums by Einstein's notation: `einsum('bij,bjk->bik', a, b)` is `matmul(a, b)`.
 * Dimensions with the same letter are multiplied together; letters that the result does not name
 * are summed; a letter that occurs twice in one operand takes its diagonal; `...` stands for
 * dimensions that broadcast. Without `->` the result has those of the ellipsis and, in alphabetical
 * order, the letters that occur once. As `torch.einsum`: operands are taken from the left, two at a
 * time, by batched products; sums are in f32, in a fixed order; gradients flow to all.
 *
 * @param operands tensors of f32 or f16, all of one type, whose dimensions the equation names
 * @returns of the type of the operands
 * @throws ShapeError for an equation that does not fit the shapes, TensorError
 */
export function einsum<D extends DType>(equation: string, ...operands: readonly Floats<D>[]): Tensor<D> {
  requireArgument('einsum', 'equation', equation, text, TensorError);
  const [first] = operands;
  if (!first) throw new TensorError('einsum: pass one tensor or more after the equation');
  for (const [index, operand] of operands.entries()) {
    requireFloats('einsum', `operand ${index}`, operand);
    if (index > 0) requireSameType('einsum', `operand ${index}`, operand, first);
  }
  const shapes = operands.map(({ shape }) => shape);
  const read = readEquation(equation, shapes);
  const named = read.operands.map((names, index) => withoutRepeats({ tensor: operands[index] as Tensor, names }));
  let product = named[0] as Named;
  for (const [index, next] of named.slice(1).entries()) {
    const later = new Set([...read.output, ...named.slice(index + 2).flatMap(({ names }) => names)]);
    product = contracted(product, next, later);
  }
  const kept = summed(product, (name) => read.output.includes(name));
  return ordered(kept, read.output) as Tensor<D>;
}

/** Dimensions that an operand names twice become their diagonal. */
function withoutRepeats({ tensor, names }: Named): Named {
  const axis = names.findIndex((name, at) => names.indexOf(name) !== at);
  if (axis < 0) return { tensor, names };
  const name = names[axis] as string;
  const first = names.indexOf(name);
  const left = names.filter((_, at) => at !== first && at !== axis);
  return withoutRepeats({ tensor: diagonal(tensor, 0, first, axis), names: [...left, name] });
}

/** The sum over all unwanted dimensions, in the type of the tensor. */
function summed({ tensor, names }: Named, isWanted: (name: string) => boolean): Named {
  const axes = names.flatMap((name, axis) => (isWanted(name) ? [] : [axis]));
  if (axes.length === 0) return { tensor, names };
  const total = sum(tensor, axes);
  return {
    tensor: total.dtype === tensor.dtype ? total : cast(total, tensor.dtype),
    names: names.filter(isWanted),
  };
}

/** The tensor with its dimensions in this order; missing ones get the extent 1. */
function ordered({ tensor, names }: Named, order: readonly string[]): Tensor {
  const own = order.filter((name) => names.includes(name));
  const moved = permute(
    tensor,
    own.map((name) => names.indexOf(name)),
  );
  return own.length === order.length
    ? moved
    : reshape(
        moved,
        order.map((name) => (names.includes(name) ? (tensor.shape[names.indexOf(name)] as number) : 1)),
      );
}

/** Removes dimensions of extent 1 that the other operand has in full: they broadcast. */
function withoutBroadcast({ tensor, names }: Named, other: Named): Named {
  const stays = names.map((name, axis) => tensor.shape[axis] !== 1 || !other.names.includes(name));
  return {
    tensor: reshape(
      tensor,
      tensor.shape.filter((_, axis) => stays[axis]),
    ),
    names: names.filter((_, axis) => stays[axis]),
  };
}

/**
 * Contracts two operands: dimensions that neither the result nor a later operand names are summed.
 */
function contracted(left: Named, right: Named, later: ReadonlySet<string>): Named {
  const wide = withoutBroadcast(left, right);
  const b = summed(withoutBroadcast(right, wide), (name) => later.has(name) || wide.names.includes(name));
  const a = summed(wide, (name) => later.has(name) || b.names.includes(name));
  const both = a.names.filter((name) => b.names.includes(name));
  const batch = both.filter((name) => later.has(name));
  const inner = both.filter((name) => !later.has(name));
  const [onlyA, onlyB] = [a, b].map(({ names }) => names.filter((name) => !both.includes(name))) as [
    string[],
    string[],
  ];
  const extent = (name: string) => {
    const { tensor, names } = a.names.includes(name) ? a : b;
    return tensor.shape[names.indexOf(name)] as number;
  };
  const size = (names: readonly string[]) => sizeOf(names.map(extent));
  const names = [...batch, ...onlyA, ...onlyB];
  const shape = names.map(extent);
  if (onlyA.length === 0 && onlyB.length === 0) {
    const products = mul(ordered(a, [...batch, ...inner]), ordered(b, [...batch, ...inner]));
    return summed({ tensor: products, names: [...batch, ...inner] }, (name) => later.has(name));
  }
  if (inner.length === 0 && (onlyA.length === 0 || onlyB.length === 0)) {
    const ofA = reshape(ordered(a, [...batch, ...onlyA]), [size(batch), size(onlyA)]);
    const ofB = reshape(ordered(b, [...batch, ...onlyB]), [size(batch), size(onlyB)]);
    return { tensor: reshape(mul(ofA, ofB), shape), names };
  }
  const rows = reshape(ordered(a, [...batch, ...onlyA, ...inner]), [size(batch), size(onlyA), size(inner)]);
  const columns = reshape(ordered(b, [...batch, ...inner, ...onlyB]), [size(batch), size(inner), size(onlyB)]);
  return { tensor: reshape(matmul(rows, columns), shape), names };
}
