/** A whole number that was written as a float, as `1.0`: its column is a float column. */
export class WholeFloat {
  readonly value: number;
  readonly #written: string;

  constructor(value: number, written: string) {
    this.value = value;
    this.#written = written;
  }

  toString(): string {
    return this.#written;
  }

  toJSON(): number {
    return this.value;
  }
}

/**
 * A value inside an object, with plain numbers: whole numbers beyond 2^53 become text, as in
 * columns.
 */
export function plainNumbers(input: unknown): unknown {
  if (input instanceof WholeFloat) return input.value;
  if (typeof input === 'bigint') return Number.isSafeInteger(Number(input)) ? Number(input) : String(input);
  if (typeof input !== 'object' || input === null) return input;
  if (Array.isArray(input)) {
    const items = input.map(plainNumbers);
    return items.every((item, index) => Object.is(item, input[index])) ? input : items;
  }
  if (Object.getPrototypeOf(input) !== Object.prototype) return input;
  const before = Object.entries(input);
  const after = before.map(([name, item]) => [name, plainNumbers(item)] as const);
  return after.every(([, item], index) => Object.is(item, before[index]![1])) ? input : Object.fromEntries(after);
}
