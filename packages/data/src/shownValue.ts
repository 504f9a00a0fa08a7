import { shown } from '@attune/validate';
import { isTypedArray } from './array/typedArray.ts';
import { WholeFloat } from './features/exactNumbers.ts';

/** A value passed as a name, for messages: `'text'`, or a description. */
export const shownName = (name: unknown): string => (typeof name === 'string' ? `'${name}'` : shownValue(name));

/** A value of a dataset for messages: unlike `shown`, with its content, shortened. */
export function shownValue(input: unknown): string {
  if (typeof input === 'bigint' || typeof input === 'symbol') return shown(input);
  if (typeof input !== 'object' || input === null) return shortened(JSON.stringify(input) ?? shown(input));
  if (input instanceof WholeFloat) return String(input);
  if (isTypedArray(input)) return shortened(`[${input.slice(0, 30).join(', ')}]`);
  const isPlain = Array.isArray(input) || Object.getPrototypeOf(input) === Object.prototype;
  if (!isPlain) return shown(input);
  try {
    return shortened(JSON.stringify(input));
  } catch {
    // Cyclic, a BigInt inside, or nested too deeply.
    return shown(input);
  }
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
