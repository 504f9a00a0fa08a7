// tanh to about 2 units in the last place. WGSL's own may be off by 1e-5, and overflows to NaN for
// large values on some drivers.
//
// |x| < 0.625: odd polynomial of Cephes' tanhf (S. Moshier, 1992); above it,
// 1 - 2 / (exp(2|x|) + 1). NaN stays NaN; it is told by its bits, since compilers may take x != x
// to be false.

#if vec4
alias Bits = vec4u;
#else
alias Bits = u32;
#endif

fn tanhAccurate(x: Values) -> Values {
  let square = x * x;
  var polynomial = (-5.70498872745e-3 * square + 2.06390887954e-2) * square - 5.37397155531e-2;
  polynomial = ((polynomial * square + 1.33314422036e-1) * square - 3.33332819422e-1) * square;
  let magnitude = min(abs(x), Values(16.0));
  let large = sign(x) * (1.0 - 2.0 / (exp(2.0 * magnitude) + 1.0));
  return select(select(large, x, (bitcast<Bits>(x) & Bits(0x7fffffffu)) > Bits(0x7f800000u)), x + x * polynomial, abs(x) < Values(0.625));
}
