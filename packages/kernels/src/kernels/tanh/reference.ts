/** output = tanh(input) */
export function tanhReference(input: ArrayLike<number>): Float64Array {
  return Float64Array.from(input, (x) => Math.tanh(x));
}

/** gradInput = gradOutput * (1 - output^2), where output = tanh(input) */
export function tanhBackwardReference(gradOutput: ArrayLike<number>, output: ArrayLike<number>): Float64Array {
  return Float64Array.from(output, (y, index) => (gradOutput[index] as number) * (1 - y * y));
}
