import type { Device } from '../device.ts';
import * as api from '../index.ts';
import type { Nested } from '../nested.ts';
import { sizeOf } from '../shape.ts';
import type { Shape } from '../shape.ts';
import { Tensor } from '../tensor.ts';
import type { DType } from '../dtypes.ts';

/** A number; NaN and infinities are strings in JSON. */
export type Written = number | string;

export interface TorchCase {
  readonly operation: string;
  readonly shapes: readonly Shape[];
  /** Arguments after the tensors; by name where the tensors are one argument. */
  readonly arguments: readonly unknown[] | Readonly<Record<string, unknown>>;
  /** Values of the first input. Default: generated. */
  readonly data?: readonly Written[];
  readonly outputs: readonly Shape[];
  readonly values: readonly Written[];
  /** Type of all inputs, where the types of results are compared too. */
  readonly dtype?: DType;
  readonly types?: readonly DType[];
  /** Whether inputs contain NaN, infinite and huge values. */
  readonly special?: true;
  readonly gradients?: readonly (readonly Written[])[];
}

/** What `numbers` in golden/cases.py makes: small numbers with ties, some of them 0. */
export function goldenNumbers(shape: Shape, factor: number, shift: number, modulus: number): Float32Array {
  const number = (index: number) => (((index * factor + shift) % modulus) - Math.floor(modulus / 2)) / 8;
  return Float32Array.from({ length: sizeOf(shape) }, (_, index) => number(index));
}

const operations = api as unknown as Readonly<
  Record<string, (...given: unknown[]) => Tensor | Tensor[] | Readonly<Record<string, Tensor>>>
>;
export const numberOf = (written: Written): number =>
  typeof written === 'number' ? written : Number(written.replace('inf', 'Infinity'));
const withInfinities = (value: unknown): unknown => (value === 'inf' || value === '-inf' ? numberOf(value) : value);

/** Calls the operation of a case and returns its results as an array. */
export function callCase(entry: TorchCase, inputs: readonly Tensor[]): Tensor[] {
  const operation = operations[entry.operation];
  if (!operation) throw new Error(`the package has no ${entry.operation}`);
  const output = operation(...argumentsOf(entry, inputs));
  if (output instanceof Tensor) return [output];
  return Array.isArray(output) ? output : Object.values(output);
}

/** All arguments of the operation of a case, tensors included. */
export function argumentsOf(entry: TorchCase, inputs: readonly Tensor[]): readonly unknown[] {
  const given = Array.isArray(entry.arguments)
    ? [...placed(entry, inputs)]
    : [inputs, ...Object.values(entry.arguments as object)];
  if (entry.operation === 'embeddingSum') given[1] = (given[1] as number[][]).map((ids) => Int32Array.from(ids));
  return given;
}

/**
 * An index `{ index: shape }` is made as the script does, of numbers within the named dimension.
 */
function placed({ operation, arguments: given }: TorchCase, inputs: readonly Tensor[]): readonly unknown[] {
  const [first] = inputs;
  const rest = given as readonly unknown[];
  if (!first) return rest;
  const isOfClasses = operation === 'crossEntropy' || operation === 'nllLoss';
  const dim = isOfClasses ? Math.min(1, first.shape.length - 1) : rest.find((value) => typeof value === 'number');
  const extent = dim === undefined ? first.size : (first.shape.at(dim as number) ?? 1);
  const behind = rest.map((value) => {
    const { index } = (value ?? {}) as { readonly index?: Shape };
    if (!index) return optionsOf(value, first);
    const numbers = Int32Array.from(goldenNumbers(index, 37, 11, 23), (number) => (8 * number + 11) % extent);
    return api.tensor(numbers, { shape: index, device: first.device });
  });
  const [, second, third] = inputs;
  if (operation === 'where') return [api.gt(first, 0), second, third];
  if (operation === 'maskedFill') return [first, api.gt(second as Tensor, 0), ...behind];
  if (operation === 'oneHot') return [classesOf(first, behind[0] as number), ...behind];
  if (operation === 'gatherRows') return [first, Uint32Array.from((rest[0] as { rows: number[] }).rows)];
  if (operation === 'einsum') return [...behind, ...inputs];
  if (operation === 'crossEntropy' && inputs.length === 2)
    return [first, api.softmax(inputs[1] as Tensor, dim as number), ...behind];
  if (operation === 'scaledDotProductAttention' && inputs.length === 4)
    return [...inputs.slice(0, 3), { ...(behind[0] as object), mask: inputs[3] }];
  if (operation === 'klDivLoss' && !JSON.stringify(given).includes('logTarget'))
    return [first, api.abs(inputs[1] as Tensor), ...behind];
  if (operation === 'cosineEmbeddingLoss' || operation === 'marginRankingLoss') {
    const last = inputs.at(-1) as Tensor;
    const signs = api.sub(api.scale(api.cast(api.gt(last, 0), last.dtype), 2), 1);
    return [...inputs.slice(0, -1), signs, ...behind];
  }
  // In scatterAdd the source comes last.
  return operation === 'scatterAdd' ? [first, ...behind, inputs[1]] : [...inputs, ...behind];
}

/** Infinities are strings in JSON, and weights arrays that become tensors. */
function optionsOf(value: unknown, { device }: Tensor): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, option]: [string, unknown]) => [
      name,
      Array.isArray(option) ? api.tensor(option as Nested, { device }) : withInfinities(option),
    ]),
  );
}

/** Values of an input as the scripts make them. */
export function valuesOf({ data, shapes, special }: TorchCase, index: number): Float32Array {
  const shape = shapes[index] as Shape;
  if (data && index === 0) return Float32Array.from(data, numberOf);
  if (!special) return goldenNumbers(shape, 37, 11 + 5 * index, 23);
  const values = [0, 1, Infinity, -2.5, 1e30, NaN, -0.5, -Infinity, -1e30, 3];
  const place = (at: number) => (7 * at + 3 * index) % values.length;
  return Float32Array.from({ length: sizeOf(shape) }, (_, at) => values[place(at)] as number);
}

/** An input of a case: its values in its type, requiring a gradient where that is f32. */
export function inputOf(entry: TorchCase, index: number, device: Device): Tensor {
  const shape = entry.shapes[index] as Shape;
  const values = valuesOf(entry, index);
  const { dtype = 'f32' } = entry;
  if (dtype === 'i32')
    return api.tensor(
      Int32Array.from(values, (value) => 8 * value),
      { shape, device },
    );
  if (dtype === 'bool')
    return api.tensor(
      Array.from(values, (value) => value > 0),
      { shape, device },
    );
  if (dtype === 'f16') return api.cast(api.tensor(values, { shape, device }), 'f16');
  return api.tensor(values, { shape, device, requiresGrad: true });
}

/** Whole numbers as classes from 0 on. */
function classesOf({ shape, device }: Tensor, classes: number): Tensor {
  const numbers = goldenNumbers(shape, 37, 11, 23).map((value) => 8 * value);
  return api.tensor(
    Int32Array.from(numbers, (value) => ((value % classes) + classes) % classes),
    { shape, device },
  );
}
