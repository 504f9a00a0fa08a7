// Adagrad (Duchi, Hazan, Singer, 2011; torch.optim.Adagrad), over every parameter of an arena
// segment:
//
//   g = gradient + weightDecay * p
//   s = s + g * g
//   p = p - learningRate / (1 + (update - 1) * lrDecay) * g / (sqrt(s) + epsilon)
//
// First moment: s. The decay of the learning rate comes with the step size of the schedule.
// Arrays and thread mapping: arenaUpdate.wgsl.
#include kernels/optimizer/rules/arenaUpdate

struct Parameters { vectors: u32, epsilon: f32 }

fn updated(weight: vec4f, gradient: vec4f, rates: Rates, moments: ptr<function, Moments>) -> vec4f {
  let decayed = gradient + rates.weightDecay * weight;
  let sum = (*moments).first + decayed * decayed;
  (*moments).first = sum;
  return weight - rates.learningRate * (decayed / (sqrt(sum) + parameters.epsilon));
}
