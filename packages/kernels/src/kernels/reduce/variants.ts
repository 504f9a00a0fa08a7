/** Elements that one thread combines where an axis is cut into parts. */
const share = 64;

/**
 * Into how many parts an axis is cut, whose results are combined by another dispatch: 1 for short
 * ones. It depends on the length alone, so that the order, and the bits, are those of every device.
 */
export function partsOf(length: number): number {
  return length <= 2 * share ? 1 : Math.ceil(length / share);
}
