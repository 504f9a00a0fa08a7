// RMSprop (Hinton's lecture 6e; torch.optim.RMSprop), over every parameter of an arena segment:
//
//   g = gradient + weightDecay * p
//   v = alpha * v + (1 - alpha) * g * g
//   a = a + (1 - alpha) * (g - a)                     where centered
//   u = g / (sqrt(v - a * a) + epsilon), a = 0 where not centered
//   b = momentum * b + u                              where there is momentum, otherwise b = u
//   p = p - learningRate * b
//
// Moments: v, then b where there is momentum, then a where centered.
// Arrays and thread mapping: arenaUpdate.wgsl.
#include kernels/optimizer/rules/arenaUpdate

struct Parameters { vectors: u32, alpha: f32, oneMinusAlpha: f32, epsilon: f32, momentum: f32 }

fn updated(weight: vec4f, gradient: vec4f, rates: Rates, moments: ptr<function, Moments>) -> vec4f {
  let decayed = gradient + rates.weightDecay * weight;
  let square = parameters.alpha * (*moments).first + parameters.oneMinusAlpha * (decayed * decayed);
  (*moments).first = square;
  var variance = square;
#if third
  // From the nearer end, as a gradient much smaller than the old mean would be rounded away.
  let isFar = parameters.alpha <= 0.5;
  let nearer = select((*moments).third, decayed, isFar);
  let average = nearer + select(parameters.oneMinusAlpha, -parameters.alpha, isFar) * (decayed - (*moments).third);
  (*moments).third = average;
  // Rounding may bring it below 0.
  variance = max(square - average * average, vec4f(0.0));
#endif
  let step = decayed / (sqrt(variance) + parameters.epsilon);
#if momentum
  let buffer = parameters.momentum * (*moments).second + step;
  (*moments).second = buffer;
  return weight - rates.learningRate * buffer;
#else
  return weight - rates.learningRate * step;
#endif
}
