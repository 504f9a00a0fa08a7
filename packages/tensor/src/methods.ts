// Functions as methods: `import '@attune/tensor/methods'` once, and x.mul(w).add(b).relu() works.
// A method cannot be left out of a bundle, so programs that do not import this carry only the
// functions that they call.
import * as binary from './functional/binary.ts';
import { cast } from './functional/cast.ts';
import * as joining from './functional/joining.ts';
import { matmul } from './functional/matmul.ts';
import * as movement from './functional/movement.ts';
import * as reductions from './functional/reductions.ts';
import * as slicing from './functional/slicing.ts';
import { logSoftmax, softmax } from './functional/softmax.ts';
import { tril, triu } from './functional/triangles.ts';
import * as unary from './functional/unary.ts';
import { maskedFill } from './functional/where.ts';
import { Tensor } from './tensor.ts';

const { concat: _concat, stack: _stack, ...joined } = joining;

/** Every function whose first argument is a tensor that it computes with. A new one is a word here. */
const functions = {
  ...unary,
  ...binary,
  ...movement,
  ...slicing,
  ...joined,
  ...reductions,
  cast,
  matmul,
  softmax,
  logSoftmax,
  tril,
  triu,
  maskedFill,
};

type Functions = typeof functions;

/** The same functions without their first argument, which the tensor is. */
export type TensorMethods = {
  readonly [Name in keyof Functions]: Functions[Name] extends (first: never, ...rest: infer Rest) => infer Result
    ? (...rest: Rest) => Result
    : never;
};

declare module './tensor.ts' {
  interface Tensor extends TensorMethods {}
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
