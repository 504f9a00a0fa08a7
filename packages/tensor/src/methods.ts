// Functions as methods: `import '@attune/tensor/methods'` once, and x.mul(w).add(b).relu() works.
// Bundlers cannot drop methods, so programs that do not import this contain only the functions that
// they call.
import * as activations from './functional/elementwise/activations.ts';
import * as binary from './functional/elementwise/binary.ts';
import { cast } from './functional/elementwise/cast.ts';
import * as comparisons from './functional/elementwise/comparisons.ts';
import { lerp } from './functional/elementwise/lerp.ts';
import * as classLosses from './functional/losses/classLosses.ts';
import * as comparingLosses from './functional/losses/comparingLosses.ts';
import { fullLike, onesLike, zerosLike } from './functional/creation/create.ts';
import { randLike, randnLike } from './functional/creation/draws.ts';
import { dropout } from './functional/dropout/dropout.ts';
import { gatherRows } from './functional/indexing/gatherRows.ts';
import * as indexing from './functional/indexing/indexing.ts';
import { indexSelect } from './functional/indexing/indexSelect.ts';
import { pad } from './functional/movement/padding.ts';
import { roll } from './functional/movement/rolling.ts';
import { layerNorm } from './functional/normalisation/layerNorm.ts';
import { linear } from './functional/products/linear.ts';
import * as losses from './functional/losses/elementLosses.ts';
import { matmul } from './functional/products/matmul.ts';
import * as movement from './functional/movement/movement.ts';
import * as argReductions from './functional/reductions/argReductions.ts';
import * as reductions from './functional/reductions/reductions.ts';
import { norm } from './functional/reductions/norm.ts';
import { std, variance } from './functional/reductions/variance.ts';
import { scaledDotProductAttention } from './functional/attention/scaledDotProductAttention.ts';
import * as slicing from './functional/movement/slicing.ts';
import { logSoftmax, softmax } from './functional/normalisation/softmax.ts';
import * as sorting from './functional/indexing/sorting.ts';
import { tril, triu } from './functional/elementwise/triangles.ts';
import { oneHot } from './functional/indexing/oneHot.ts';
import { cumsum } from './functional/reductions/cumsum.ts';
import * as unary from './functional/elementwise/unary.ts';
import { maskedFill, where } from './functional/elementwise/where.ts';
import type { Range } from './functional/movement/slicing.ts';
import type { Sorted, SortOptions, TopkOptions } from './functional/indexing/sorting.ts';
import type { DType, FloatOf, FloatType, SumOf } from './dtypes.ts';
import { Tensor } from './tensor.ts';
import type { BesideOperand, Operand } from './functional/operands.ts';

/** Every function whose first argument is a tensor. A new one is a word here. */
const functions = {
  ...unary,
  ...activations,
  ...binary,
  ...comparisons,
  lerp,
  ...movement,
  ...slicing,
  ...indexing,
  indexSelect,
  ...sorting,
  ...reductions,
  ...argReductions,
  norm,
  std,
  variance,
  ...losses,
  ...classLosses,
  ...comparingLosses,
  cumsum,
  pad,
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
  var: variance,
  /** `x.where(condition, other)`: x where the condition is true, as in PyTorch. */
  where: (input: Tensor, condition: Tensor, ...other: readonly [Operand]): Tensor => where(condition, input, ...other),
};

type Functions = typeof functions;

/**
 * The result of a method: where the function keeps the type of its tensor, the type of this one.
 */
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

/**
 * Methods whose result is several tensors, or of a type that depends on an argument, written out.
 */
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

/** What `this` must be: `never` where the function refuses a tensor of the type. */
type ThisOf<Call, D extends DType> = Call extends (first: Tensor<D>, ...rest: never[]) => unknown ? unknown : never;

/** A method and not a function in a field, so that a tensor stays one of any type. */
type Method<This, Rest extends readonly unknown[], Result> = { call(this: This, ...rest: Rest): Result }['call'];

/** The same functions without their first argument, which is the tensor itself. */
export type TensorMethods<D extends DType = DType> = {
  readonly [Name in Exclude<keyof Functions, keyof OtherMethods<D>>]: Functions[Name] extends (
    first: never,
    ...rest: infer Rest
  ) => infer Result
    ? Method<ThisOf<Functions[Name], D>, Rest, ResultOf<Result, D>>
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
