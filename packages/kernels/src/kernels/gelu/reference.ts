/**
 * The error function to float64 precision: its series for small arguments, a continued fraction of
 * the complement for large ones.
 */
export function erf(x: number): number {
  const magnitude = Math.abs(x);
  if (Number.isNaN(x)) return NaN;
  if (magnitude < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  return Math.sign(x) * (1 - erfComplement(magnitude));
}

/** 1 - erf(x) for x >= 2.5, without the cancellation. */
function erfComplement(x: number): number {
  let fraction = 0;
  for (let n = 60; n >= 1; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}

/** Cumulative distribution function of the standard normal distribution. */
function normalProbability(x: number): number {
  const scaled = x / Math.SQRT2;
  return scaled < -2.5 ? erfComplement(-scaled) / 2 : (1 + erf(scaled)) / 2;
}

/** output = input * (1 + erf(input / sqrt(2))) / 2 */
export function geluReference(input: ArrayLike<number>): Float64Array {
  return Float64Array.from(input, (x) => x * normalProbability(x));
}

/** gradInput = gradOutput * gelu'(input) */
export function geluBackwardReference(gradOutput: ArrayLike<number>, input: ArrayLike<number>): Float64Array {
  return Float64Array.from(
    input,
    (x, index) =>
      (gradOutput[index] as number) * (normalProbability(x) + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI)),
  );
}
