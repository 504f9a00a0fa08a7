/** output = value in every element */
export function fillReference(value: number, length: number): Float64Array {
  return new Float64Array(length).fill(value);
}
