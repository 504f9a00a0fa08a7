import { fromHalfBits, toHalfBits } from '../half.ts';
import type { Memory } from './memory.ts';

const scratch = new DataView(new ArrayBuffer(16));

const halfValues = fromHalfBits(Uint16Array.from({ length: 65536 }, (_, bits) => bits));

/** The f16 that 16 bits stand for. */
const half = (bits: number): number => halfValues[bits] as number;

/** The bits of the nearest f16. */
const halfBits = (value: number): number => toHalfBits([value])[0] as number;

const toHalf = (value: number): number => half(halfBits(value));

function toEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

type Kind = 'f32' | 'u32' | 'i32' | 'f16';
const bytesOf = { f32: 4, u32: 4, i32: 4, f16: 2 };

/** The same bits as numbers of another type. */
function bitcast(values: readonly number[], from: Kind, to: Kind): number[] {
  for (const [index, value] of values.entries()) {
    const at = index * bytesOf[from];
    if (from === 'f32') scratch.setFloat32(at, value, true);
    else if (from === 'f16') scratch.setUint16(at, halfBits(value), true);
    else scratch.setUint32(at, value, true);
  }
  const count = (values.length * bytesOf[from]) / bytesOf[to];
  return Array.from({ length: count }, (_, index) => {
    const at = index * bytesOf[to];
    if (to === 'f32') return scratch.getFloat32(at, true);
    if (to === 'f16') return half(scratch.getUint16(at, true));
    return to === 'u32' ? scratch.getUint32(at, true) : scratch.getInt32(at, true);
  });
}

/** The bits of an f32, and the f32 of bits. */
function bitsOf(value: number): number {
  scratch.setFloat32(0, value, true);
  return scratch.getUint32(0, true);
}

function floatOf(bits: number): number {
  scratch.setUint32(0, bits, true);
  return scratch.getFloat32(0, true);
}

/** A vector with one element replaced. */
function withElement<T>(values: readonly T[], index: number, value: T): T[] {
  return values.map((old, place) => (place === index ? value : old));
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
  const words = signed ? memory.i32 : memory.u32;
  const old = words[offset >> 2] as number;
  words[offset >> 2] = change(old);
  return old;
}

/** What programs call by name. */
export const runtime = {
  f: Math.fround,
  toHalf,
  half,
  halfBits,
  toEven,
  bitcast,
  bitsOf,
  floatOf,
  withElement,
  withPart,
  addCarry,
  wideProduct,
  atomic,
};

export { half, halfBits, toHalf };
