// loss = max(a, 0) - a * b + log(1 + exp(-|a|)), derivative by a = sigmoid(a) - b
//
// a: logits; b: targets, in [0, 1]. Neither form overflows: the exponential is at most 1.
// Summed up as in elementwiseLoss.wgsl.
#include kernels/lossSum/elementwiseLoss
#include wgsl/keepNan

fn elementLoss(a: f32, b: f32) -> vec2f {
  let small = expKeepingNan(-abs(a));
  // log(1 + small), by its series where 1 + small would lose digits of small.
  let logarithm = select(log(1.0 + small), small * (1.0 - small * (0.5 - small / 3.0)), small < 0.0078125);
  let sigmoid = select(small, 1.0, a >= 0.0) / (1.0 + small);
  return vec2f(max(a, 0.0) - a * b + logarithm, sigmoid - b);
}
