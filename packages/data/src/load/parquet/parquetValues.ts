import type { SchemaElement } from 'hyparquet';
import { isExactDecimal } from './parquetTypes.ts';
import type { ParquetNode } from './parquetTypes.ts';

/** Parts of a column with a whole number beyond 2^53. */
type LargeParts = Set<ParquetNode>;

/**
 * The values of a column as a dataset stores them: plain numbers, ISO dates, null for missing. If a
 * whole number is beyond 2^53, all numbers of that part become text.
 *
 * @returns the values, and whether there was such a part
 */
export function plainValues(raw: readonly unknown[], node: ParquetNode): { values: unknown[]; isLarge: boolean } {
  const large: LargeParts = new Set();
  let values = raw.map((input) => plain(input, node, large));
  // Only now are the parts with large numbers known.
  if (large.size > 0) values = raw.map((input) => plain(input, node, large));
  return { values, isLarge: large.size > 0 };
}

function plain(input: unknown, node: ParquetNode, large: LargeParts): unknown {
  if (input === null || input === undefined) return null;
  if (node.kind === 'list') {
    if (!Array.isArray(input) && !ArrayBuffer.isView(input)) return input;
    return Array.from(input as ArrayLike<unknown>, (item) => plain(item, node.items, large));
  }
  if (node.kind === 'map') return inEachField(input, () => node.values, large);
  if (node.kind === 'struct') return inEachField(input, (name) => node.fields.get(name), large);
  if (typeof input === 'bigint' && node.holds === 'int64' && !Number.isSafeInteger(Number(input))) large.add(node);
  if (node.holds === 'int64') return large.has(node) ? String(input) : Number(input);
  return plainValue(input, node.holds, node.element);
}

function inEachField(input: unknown, nodeOf: (name: string) => ParquetNode | undefined, large: LargeParts): unknown {
  if (typeof input !== 'object' || input === null) return input;
  return Object.fromEntries(
    Object.entries(input).map(([name, item]) => {
      const node = nodeOf(name);
      return [name, node ? plain(item, node, large) : item];
    }),
  );
}

function plainValue(input: unknown, holds: string, element: SchemaElement): unknown {
  switch (holds) {
    case 'decimal': {
      const text = decimalText(wholeOf(input), element.scale ?? 0);
      return isExactDecimal(element) ? Number(text) : text;
    }
    case 'date':
      return new Date(Number(input) * 86_400_000).toISOString().slice(0, 10);
    case 'time':
      return timeText(BigInt(input as number), unitOf(element));
    case 'timestamp':
      return timestampText(BigInt(input as number), element);
    case 'bytes':
      return input instanceof Uint8Array ? Array.from(input) : input;
    case 'string':
      return input instanceof Uint8Array ? new TextDecoder().decode(input) : input;
    default:
      return input;
  }
}

/** The unscaled integer of a decimal: 32 or 64 bits, or big-endian bytes in two's complement. */
function wholeOf(input: unknown): bigint {
  if (!(input instanceof Uint8Array)) return BigInt(input as number);
  const number = input.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return BigInt.asIntN(Math.max(input.length, 1) * 8, number);
}

function decimalText(number: bigint, scale: number): string {
  const digits = String(number < 0n ? -number : number).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  return `${number < 0n ? '-' : ''}${whole}${scale > 0 ? `.${digits.slice(-scale)}` : ''}`;
}

/** Fractions of a second. */
function unitOf({ converted_type: converted, logical_type: logical, type }: SchemaElement): number {
  const unit = logical && 'unit' in logical ? logical.unit : undefined;
  if (unit === 'NANOS' || type === 'INT96') return 9;
  return unit === 'MICROS' || converted?.endsWith('_MICROS') ? 6 : 3;
}

function timeText(count: bigint, digits: number): string {
  const perSecond = 10n ** BigInt(digits);
  const seconds = Number(count / perSecond);
  const time = new Date(seconds * 1000).toISOString().slice(11, 19);
  return `${time}${fraction(count % perSecond, digits)}`;
}

/** ISO text; with Z if the file says UTC. Milliseconds, or as many digits as the value has. */
function timestampText(count: bigint, element: SchemaElement): string {
  const digits = unitOf(element);
  const perSecond = 10n ** BigInt(digits);
  const rest = ((count % perSecond) + perSecond) % perSecond;
  const seconds = new Date(Number((count - rest) / perSecond) * 1000).toISOString().slice(0, -5);
  const { logical_type: logical, type } = element;
  const isLocal = type === 'INT96' || (logical && 'isAdjustedToUTC' in logical && !logical.isAdjustedToUTC);
  return `${seconds}${fraction(rest, digits) || '.000'}${isLocal ? '' : 'Z'}`;
}

/** The fraction of a second: nothing, or three, six or nine digits. */
function fraction(rest: bigint, digits: number): string {
  if (rest === 0n) return '';
  return `.${String(rest)
    .padStart(digits, '0')
    .replace(/(?:000)+$/, '')}`;
}
