import type { Accesses } from './accesses.ts';

/** Bytes that a variable names, seen as the types that programs read. */
export class Memory {
  readonly name: string;
  /** Whether it is a workgroup's own. */
  readonly isShared: boolean;
  readonly byteLength: number;
  readonly f32: Float32Array;
  readonly u32: Uint32Array;
  readonly i32: Int32Array;
  readonly u16: Uint16Array;
  /** Fragments, which have no bytes: each at a fourth of its offset. */
  readonly fragments: Float64Array[] = [];
  /** Who read and wrote, where several invocations do. */
  readonly accesses: Accesses | null;
  /** Where these bytes begin in what `accesses` counts. */
  readonly accessOffset: number;

  constructor(name: string, bytes: Uint8Array, accesses: Accesses | null = null, accessOffset = 0) {
    const { buffer, byteOffset, byteLength } = bytes;
    this.name = name;
    this.isShared = name.startsWith('workgroup');
    this.byteLength = byteLength;
    this.f32 = new Float32Array(buffer, byteOffset, byteLength >> 2);
    this.u32 = new Uint32Array(buffer, byteOffset, byteLength >> 2);
    this.i32 = new Int32Array(buffer, byteOffset, byteLength >> 2);
    this.u16 = new Uint16Array(buffer, byteOffset, byteLength >> 1);
    this.accesses = accesses;
    this.accessOffset = accessOffset;
  }

  static ofSize(name: string, size: number, accesses: Accesses | null = null): Memory {
    return new Memory(name, new Uint8Array(Math.ceil(size / 4) * 4), accesses);
  }
}
