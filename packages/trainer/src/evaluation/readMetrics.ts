import { shown } from '@attune/validate';
import { TrainerError } from '../errors.ts';
import type { LogValue } from '../state/trainerState.ts';

/**
 * Converts the result of `computeMetrics` for the log: plain numbers, texts, arrays and objects,
 * each name with the prefix.
 *
 * @throws TrainerError when it is not an object of metrics, or one cannot be logged
 */
export function readMetrics(computed: unknown, prefix: string): Record<string, LogValue> {
  if (!isPlain(computed)) {
    throw new TrainerError(
      `computeMetrics must return an object of metrics, { accuracy: 0.5 }; got ${shown(computed)}`,
    );
  }
  return Object.fromEntries(
    Object.entries(computed).map(([name, value]) => [
      name.startsWith(`${prefix}_`) ? name : `${prefix}_${name}`,
      plain(value, name, 0),
    ]),
  );
}

const deepest = 100;

/** Objects of any realm: those of a test or frame have another prototype. */
function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function plain(value: unknown, name: string, depth: number): LogValue {
  if (depth > deepest)
    throw new TrainerError(`computeMetrics: the metric ${name} is nested more than ${deepest} levels deep`);
  if (value === null || ['number', 'string', 'boolean'].includes(typeof value)) return value as LogValue;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'object') {
    if (hasToArray(value)) return plain(value.toArray(), name, depth + 1);
    if (Array.isArray(value)) return value.map((element) => plain(element, name, depth + 1));
    if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number | bigint>, Number);
    if (isPlain(value))
      return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, plain(element, name, depth + 1)]));
  }
  throw new TrainerError(
    `computeMetrics: the metric ${name} must be a number, a string, true or false, or an array or object of these; got ${shown(value)}`,
  );
}

/** An NdArray, of this or another copy of the package. */
function hasToArray(value: object): value is { toArray(): unknown } {
  return 'toArray' in value && typeof value.toArray === 'function';
}
