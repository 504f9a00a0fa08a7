const scratch = new DataView(new ArrayBuffer(4));

/** The value of a 16-bit IEEE float. */
function halfToFloat(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * The values of a safetensors tensor in float32; null for a type without floats. F32 values share
 * the memory of the file where they are aligned.
 */
export function floatsOf({ dtype, data }: { readonly dtype: string; readonly data: Uint8Array }): Float32Array | null {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  switch (dtype) {
    case 'F32':
      return data.byteOffset % 4 === 0
        ? new Float32Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength / 4)
        : new Float32Array(new Uint8Array(data).buffer);
    case 'F64':
      return Float32Array.from({ length: data.byteLength / 8 }, (_, index) => view.getFloat64(index * 8, true));
    case 'F16':
      return Float32Array.from({ length: data.byteLength / 2 }, (_, index) =>
        halfToFloat(view.getUint16(index * 2, true)),
      );
    case 'BF16':
      return Float32Array.from({ length: data.byteLength / 2 }, (_, index) => {
        scratch.setUint32(0, view.getUint16(index * 2, true) << 16);
        return scratch.getFloat32(0);
      });
    default:
      return null;
  }
}
