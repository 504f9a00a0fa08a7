// AdamW with decoupled weight decay (Loshchilov and Hutter, 2019; torch.optim.AdamW), over every
// parameter of an arena segment at once:
//
//   g = gradient * gradientScale                      clip factor / loss scale, from the state
//   p = p * (1 - learningRate * factor * weightDecay)
//   m = m + (1 - beta1) * (g - m)
//   v = beta2 * v + (1 - beta2) * g * g
//   p = p - stepSize * factor * m / (sqrt(v) / sqrtBiasCorrection2 + epsilon)
//   stepSize = learningRate / biasCorrection1
//
// gradients, weights, expAvg, expAvgSq: f32[4 * vectors]
// ids: u32[vectors / 16], one for 64 elements: of a group, in an update in which every parameter
// takes part, or of a member. state: the header of stateLayout.ts, written by finalizeUpdate
// groups: vec2f of weight decay and learning rate factor
// members: as updateMembers.wgsl writes them: vec4f of weight decay, learning rate factor, step
// size, sqrt of bias correction 2, which is 0 where the member takes no part
// A skipped update changes nothing.
// Vectors go to threads by flatIndexing; 64 threads a workgroup.
#include wgsl/flatIndexing

// averageStep: 1 - beta1, or -beta1 where that is nearer to 0
struct Parameters { vectors: u32, averageStep: f32, beta2: f32, oneMinusBeta2: f32, epsilon: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> state: array<u32>;
#if members
@group(0) @binding(2) var<storage, read> members: array<vec4f>;
#else
@group(0) @binding(2) var<storage, read> groups: array<vec2f>;
#endif
@group(0) @binding(3) var<storage, read> ids: array<u32>;
@group(0) @binding(4) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> weights: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> expAvg: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> expAvgSq: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  if (state[4] == 0) { return; }
  let gradientScale = bitcast<f32>(state[5]);
  let learningRate = bitcast<f32>(state[6]);
  let share = flatIndexing(workgroup, workgroups, thread, parameters.vectors);
  for (var index = share.first; index < share.end; index += 8) {
    let rates = ratesOf(ids[index / 16]);
    if (!rates.takesPart) { continue; }
    let gradient = gradients[index] * gradientScale;
    let oldAverage = expAvg[index];
    // From the nearer end, as a gradient much smaller than the old mean would be rounded away.
    let nearer = select(oldAverage, gradient, parameters.averageStep <= 0.0);
    let average = nearer + parameters.averageStep * (gradient - oldAverage);
    let square = parameters.beta2 * expAvgSq[index] + parameters.oneMinusBeta2 * (gradient * gradient);
    let decayed = weights[index] * (1.0 - learningRate * rates.factor * rates.weightDecay);
    let denominator = sqrt(square) / rates.sqrtBiasCorrection2 + parameters.epsilon;
    expAvg[index] = average;
    expAvgSq[index] = square;
    weights[index] = decayed - rates.stepSize * rates.factor * (average / denominator);
  }
}

struct Rates { weightDecay: f32, factor: f32, stepSize: f32, sqrtBiasCorrection2: f32, takesPart: bool }

fn ratesOf(id: u32) -> Rates {
#if members
  let member = members[id];
  return Rates(member.x, member.y, member.z, member.w, member.w != 0);
#else
  let group = groups[id];
  return Rates(group.x, group.y, bitcast<f32>(state[7]), bitcast<f32>(state[8]), true);
#endif
}
