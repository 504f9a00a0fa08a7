// Stochastic gradient descent (torch.optim.SGD), over every parameter of an arena segment:
//
//   g = gradient + weightDecay * p
//   b = g in the first update, otherwise momentum * b + (1 - dampening) * g
//   p = p - learningRate * (g + momentum * b with nesterov, otherwise b)
//
// Without momentum there is no b, and g is taken. First moment: b. The update's own number counts
// those of the parameter, from 1.
// Arrays and thread mapping: arenaUpdate.wgsl.
#include kernels/optimizer/rules/arenaUpdate

struct Parameters { vectors: u32, momentum: f32, oneMinusDampening: f32 }

fn updated(weight: vec4f, gradient: vec4f, rates: Rates, moments: ptr<function, Moments>) -> vec4f {
  let decayed = gradient + rates.weightDecay * weight;
#if first
  let buffer = select(
    parameters.momentum * (*moments).first + parameters.oneMinusDampening * decayed,
    decayed,
    rates.correction == 1.0,
  );
  (*moments).first = buffer;
#if nesterov
  return weight - rates.learningRate * (decayed + parameters.momentum * buffer);
#else
  return weight - rates.learningRate * buffer;
#endif
#else
  return weight - rates.learningRate * decayed;
#endif
}
