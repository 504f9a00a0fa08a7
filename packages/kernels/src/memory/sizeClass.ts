/**
 * Bytes rounded up to a size class: multiples of 256 up to 1 KiB, then four classes to each
 * doubling, so that at most a fifth is wasted and a batch with a few more tokens finds the buffers
 * of the batch before.
 */
export function sizeClass(byteLength: number): number {
  if (byteLength <= 1024) return Math.max(256, Math.ceil(byteLength / 256) * 256);
  // As shifts where 31 bits are enough: every array that is allocated passes here.
  const step =
    byteLength <= 2 ** 31 ? 1 << (29 - Math.clz32(byteLength - 1)) : 2 ** (Math.floor(Math.log2(byteLength - 1)) - 2);
  return Math.ceil(byteLength / step) * step;
}
