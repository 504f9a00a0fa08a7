import type { NdArray } from '@attune/data';
import type { Tensor } from '@attune/tensor';
import { isTensor } from '../ownFunction.ts';

/** A value, or nested arrays of values, as the outputs of a model. */
export type Nested<Value> = Value | readonly Nested<Value>[];

/** Collected outputs of an evaluation: an array, or several where the model has several outputs. */
export type Collected = Nested<NdArray>;

const isSeveral = <Value>(nested: Nested<Value>): nested is readonly Nested<Value>[] => Array.isArray(nested);

/** The same structure with each value changed. */
export function mapNested<Value, Result>(nested: Nested<Value>, change: (value: Value) => Result): Nested<Result> {
  return isSeveral(nested) ? nested.map((part) => mapNested(part, change)) : change(nested);
}

/** The same structure once all promises in it have resolved. */
export async function awaitNested<Value>(nested: Nested<Promise<Value>>): Promise<Nested<Value>> {
  return isSeveral(nested) ? Promise.all(nested.map((part) => awaitNested(part))) : nested;
}

/** Whether all values pass a test. */
export function everyNested(nested: unknown, test: (value: unknown) => boolean): boolean {
  return Array.isArray(nested) ? nested.every((part) => everyNested(part, test)) : test(nested);
}

/** The tensors among the outputs of a model, in order, without those to ignore. */
export function outputsOf(output: object, ignoreKeys: readonly string[]): Nested<Tensor> {
  const ignored = new Set(['loss', ...ignoreKeys]);
  const kept = Object.entries(output).flatMap(([name, value]) =>
    !ignored.has(name) && isTensors(value) ? [value] : [],
  );
  return kept.length === 1 ? (kept[0] as Nested<Tensor>) : kept;
}

const isTensors = (value: unknown): value is Nested<Tensor> =>
  everyNested(value, isTensor) && !(Array.isArray(value) && value.length === 0);
