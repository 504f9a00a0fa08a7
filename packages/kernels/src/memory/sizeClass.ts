/**
 * Rounds bytes up to a size class: multiples of 256 up to 1 KiB, then four classes for each
 * doubling. At most a fifth is wasted, and a batch with a few more tokens can reuse the buffers of
 * the batch before.
 */
export function sizeClass(byteLength: number): number {
  if (byteLength <= 1024) return Math.max(256, Math.ceil(byteLength / 256) * 256);
  // By shifts where 31 bits suffice, as every allocation passes here.
  const step =
    byteLength <= 2 ** 31 ? 1 << (29 - Math.clz32(byteLength - 1)) : 2 ** (Math.floor(Math.log2(byteLength - 1)) - 2);
  return Math.ceil(byteLength / step) * step;
}
