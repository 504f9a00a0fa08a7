// loss = (a - b)^2, derivative by a = 2 * (a - b)
//
// a: predictions; b: targets. Summed up as in elementwiseLoss.wgsl.
#include kernels/lossSum/elementwiseLoss

fn elementLoss(a: f32, b: f32) -> vec2f {
  let difference = a - b;
  return vec2f(difference * difference, 2.0 * difference);
}
