// Functions as methods: `import '@attune/tensor/methods'` once, and x.mul(w).add(b).relu() works.
// A method cannot be left out of a bundle, so programs that do not import this carry only the
// functions that they call.
import * as activations from './functional/activations.ts';
import * as binary from './functional/binary.ts';
import { cast } from './functional/cast.ts';
import * as comparisons from './functional/comparisons.ts';
import { lerp } from './functional/lerp.ts';
import * as classLosses from './functional/classLosses.ts';
import * as comparingLosses from './functional/comparingLosses.ts';
import { fullLike, onesLike, zerosLike } from './functional/create.ts';
import { randLike, randnLike } from './functional/draws.ts';
import { dropout } from './functional/dropout.ts';
import { gatherRows } from './functional/gatherRows.ts';
import * as indexing from './functional/indexing.ts';
import { pad, repeat, roll } from './functional/joining.ts';
import { layerNorm } from './functional/layerNorm.ts';
import { linear } from './functional/linear.ts';
import * as losses from './functional/losses.ts';
import { matmul } from './functional/matmul.ts';
import * as movement from './functional/movement.ts';
import * as argReductions from './functional/argReductions.ts';
import * as reductions from './functional/reductions.ts';
import * as spreads from './functional/spreads.ts';
import { scaledDotProductAttention } from './functional/scaledDotProductAttention.ts';
import * as slicing from './functional/slicing.ts';
import { logSoftmax, softmax } from './functional/softmax.ts';
import * as sorting from './functional/sorting.ts';
import { oneHot, tril, triu } from './functional/triangles.ts';
import * as unary from './functional/unary.ts';
import { maskedFill, where } from './functional/where.ts';
import type { Range } from './functional/slicing.ts';
import type { Sorted, SortOptions, TopkOptions } from './functional/sorting.ts';
import type { DType, FloatOf, FloatType, SumOf } from './dtypes.ts';
import { Tensor } from './tensor.ts';
import type { BesideOperand, Operand } from './functional/operands.ts';

/** Every function whose first argument is a tensor that it computes with. A new one is a word here. */
const functions = {
  ...unary,
  ...activations,
  ...binary,
  ...comparisons,
  lerp,
  ...movement,
  ...slicing,
  ...indexing,
  ...sorting,
  ...reductions,
  ...argReductions,
  ...spreads,
  ...losses,
  ...classLosses,
  ...comparingLosses,
  pad,
  repeat,
  roll,
  cast,
  matmul,
  linear,
  layerNorm,
  dropout,
  scaledDotProductAttention,
  gatherRows,
  softmax,
  logSoftmax,
  oneHot,
  tril,
  triu,
  maskedFill,
  zerosLike,
  onesLike,
  fullLike,
  randLike,
  randnLike,
  var: spreads.variance,
  /** `x.where(condition, other)`: x where the condition is true, as in PyTorch. */
  where: (input: Tensor, condition: Tensor, other: Operand): Tensor => where(condition, input, other),
};

type Functions = typeof functions;

/** What a method gives: where the function keeps the type of its tensor, that of this one. */
type ResultOf<Result, D extends DType> =
  Result extends Tensor<infer R>
    ? DType extends R
      ? Tensor<D>
      : FloatType extends R
        ? Tensor<FloatOf<D>>
        : SumOf<DType> extends R
          ? Tensor<SumOf<D>>
          : Result
    : never;

/** An operation with a number or another tensor. */
type Arithmetic<D extends DType> = <B extends Operand>(b: B) => Tensor<BesideOperand<D, B>>;

/** Those whose results are several tensors, or of a type that an argument tells, written out. */
interface OtherMethods<D extends DType> {
  readonly add: Arithmetic<D>;
  readonly sub: Arithmetic<D>;
  readonly mul: Arithmetic<D>;
  readonly pow: Arithmetic<D>;
  readonly maximum: Arithmetic<D>;
  readonly minimum: Arithmetic<D>;
  where<B extends Operand>(condition: Tensor, other: B): Tensor<BesideOperand<D, B>>;
  cast<T extends DType>(dtype: T): Tensor<T>;
  slice(...ranges: readonly Range[]): Tensor<D>;
  split(size: number | readonly number[], dim?: number): Tensor<D>[];
  chunk(chunks: number, dim?: number): Tensor<D>[];
  sort(dim?: number, options?: SortOptions): Sorted<D>;
  topk(k: number, dim?: number, options?: TopkOptions): Sorted<D>;
}

/** The same functions without their first argument, which the tensor is. */
export type TensorMethods<D extends DType = DType> = {
  readonly [Name in Exclude<keyof Functions, keyof OtherMethods<D>>]: Functions[Name] extends (
    first: never,
    ...rest: infer Rest
  ) => infer Result
    ? (...rest: Rest) => ResultOf<Result, D>
    : never;
} & OtherMethods<D>;

declare module './tensor.ts' {
  interface Tensor<D extends DType = DType> extends TensorMethods<D> {}
}

/** The names of all methods that this module adds. */
export const methodNames: readonly string[] = Object.keys(functions);

for (const [name, call] of Object.entries(functions) as [string, (...values: unknown[]) => unknown][]) {
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...rest: unknown[]) {
      return call(this, ...rest);
    },
    configurable: true,
    writable: true,
  });
}
