import { sizeOf } from '../shape.ts';
import type { Shape } from '../shape.ts';

/** What `numbers` in the golden scripts makes: small numbers with ties, some of them 0. */
export function goldenNumbers(shape: Shape, factor: number, shift: number, modulus: number): Float32Array {
  const number = (index: number) => (((index * factor + shift) % modulus) - Math.floor(modulus / 2)) / 8;
  return Float32Array.from({ length: sizeOf(shape) }, (_, index) => number(index));
}
