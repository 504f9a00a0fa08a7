import { fromHalfBits, halfBits } from '../half.ts';
import type { Memory } from './memory.ts';

const floats = new Float32Array(1);
const words = new Uint32Array(floats.buffer);

const halfValues = fromHalfBits(Uint16Array.from({ length: 65536 }, (_, bits) => bits));

/** The f16 that 16 bits stand for. */
const half = (bits: number): number => halfValues[bits] as number;

const toHalf = (value: number): number => half(halfBits(value));

function toEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** The bits of an f32, and the f32 of bits. */
function bitsOf(value: number): number {
  floats[0] = value;
  return words[0] as number;
}

function floatOf(bits: number): number {
  words[0] = bits;
  return floats[0] as number;
}

/** A value with one of its parts replaced. */
function withPart(value: unknown, path: readonly number[], part: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return part;
  return (value as unknown[]).map((old, index) => (index === first ? withPart(old, rest, part) : old));
}

function addCarry(a: number, b: number): [number, number] {
  return [(a + b) >>> 0, a + b > 0xffffffff ? 1 : 0];
}

/** The low and the high word of a product. */
function wideProduct(a: number, b: number): [number, number] {
  const product = BigInt(a >>> 0) * BigInt(b >>> 0);
  return [Number(product & 0xffffffffn), Number(product >> 32n)];
}

/** Applies a change to a word of memory, and returns what was there. */
function atomic(memory: Memory, offset: number, signed: boolean, change: (old: number) => number): number {
  const places = signed ? memory.i32 : memory.u32;
  const old = places[offset >> 2] as number;
  places[offset >> 2] = change(old);
  return old;
}

/** What programs call by name. */
export const runtime = {
  f: Math.fround,
  toHalf,
  half,
  halfBits,
  toEven,
  bitsOf,
  floatOf,
  withPart,
  addCarry,
  wideProduct,
  atomic,
};

export { half, halfBits, toHalf };
