// Lion (Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023, algorithm 2), over
// every parameter of an arena segment:
//
//   p = p * (1 - learningRate * weightDecay) - learningRate * sign(beta1 * m + (1 - beta1) * g)
//   m = beta2 * m + (1 - beta2) * g
//
// First moment: m.
// Arrays and thread mapping: arenaUpdate.wgsl.
#include kernels/optimizer/rules/arenaUpdate

struct Parameters { vectors: u32, beta1: f32, oneMinusBeta1: f32, beta2: f32, oneMinusBeta2: f32 }

fn updated(weight: vec4f, gradient: vec4f, rates: Rates, moments: ptr<function, Moments>) -> vec4f {
  let average = (*moments).first;
  let direction = sign(parameters.beta1 * average + parameters.oneMinusBeta1 * gradient);
  (*moments).first = parameters.beta2 * average + parameters.oneMinusBeta2 * gradient;
  return weight * (1.0 - rates.learningRate * rates.weightDecay) - rates.learningRate * direction;
}
