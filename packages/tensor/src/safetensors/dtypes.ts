/** Element types of safetensors files, and their sizes in bytes. */
export const safetensorsDtypes = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
} as const;

/** An element type as safetensors files name it. */
export type SafetensorsDtype = keyof typeof safetensorsDtypes;

/** One tensor of a file: raw bytes, little-endian, row-major. */
export interface SafetensorsEntry {
  /** Element type. */
  readonly dtype: SafetensorsDtype;
  /** Extents, outermost first. */
  readonly shape: readonly number[];
  /** The bytes. */
  readonly data: Uint8Array;
}

/** A safetensors file is damaged or inconsistent. The message names the file and the tensor. */
export class SafetensorsError extends Error {
  override name = 'SafetensorsError';
}
