// gelu(x) = x * (1 + erf(x / sqrt(2))) / 2
// derivative: (1 + erf(x / sqrt(2))) / 2 + x * exp(-x^2 / 2) / sqrt(2 pi)
//
// erf: rational function x * P(x^2) / Q(x^2) on |x| <= 3.8325, beyond which it is 1 in f32, to 6
// units of 2^-24 (coefficients of Eigen's and XLA's float erf).

fn erfOf(x: f32) -> f32 {
  let bounded = clamp(x, -3.832506856900711, 3.832506856900711);
  let square = bounded * bounded;
  var numerator = 0.00022905065861350646 * square + 0.0034082910107109506;
  numerator = numerator * square + 0.050955695062380861;
  numerator = numerator * square + 0.18520832239976145;
  numerator = numerator * square + 1.128379143519084;
  var denominator = -1.1791602954361697e-7 * square + 0.000023547966471313185;
  denominator = denominator * square + 0.0010179625278914885;
  denominator = denominator * square + 0.014070470171167667;
  denominator = denominator * square + 0.11098505178285362;
  denominator = denominator * square + 0.49746925110067538;
  denominator = denominator * square + 1.0;
  return bounded * numerator / denominator;
}

// Distribution function of the standard normal distribution; exactly 0 and 1 where f32 cannot tell,
// so that huge values times it stay right.
fn normalProbability(x: f32) -> f32 {
  return select(0.5 + 0.5 * erfOf(x * 0.7071067811865476), f32(x > 0.0), abs(x) > 5.5);
}

fn gelu(x: f32) -> f32 { return x * normalProbability(x); }

fn geluDerivative(x: f32) -> f32 {
  // Beyond 14 the exponential is 0 in f32; bounding x keeps infinity * 0 out.
  let bounded = clamp(x, -14.0, 14.0);
  let derivative = normalProbability(x) + bounded * exp(-0.5 * bounded * bounded) * 0.3989422804014327;
  // clamp loses NaN, which is told by its bits, since compilers may take x != x to be false.
  return select(derivative, x, (bitcast<u32>(x) & 0x7fffffff) > 0x7f800000);
}

#if vec4
fn geluOfEach(v: vec4f) -> vec4f { return vec4f(gelu(v.x), gelu(v.y), gelu(v.z), gelu(v.w)); }
fn geluDerivativeOfEach(v: vec4f) -> vec4f {
  return vec4f(geluDerivative(v.x), geluDerivative(v.y), geluDerivative(v.z), geluDerivative(v.w));
}
#else
fn geluOfEach(v: f32) -> f32 { return gelu(v); }
fn geluDerivativeOfEach(v: f32) -> f32 { return geluDerivative(v); }
#endif
