// AdamW with decoupled weight decay (Loshchilov and Hutter, 2019; torch.optim.AdamW), over every parameter of an arena segment at once:
//
//   g = gradient * gradientScale                           clip factor / loss scale, from the state
//   p = p * (1 - learningRate * weightDecay)
//   m = m + (1 - beta1) * (g - m)
//   v = beta2 * v + (1 - beta2) * g * g
//   p = p - stepSize * m / (sqrt(v) / sqrtBiasCorrection2 + epsilon)        stepSize = learningRate / biasCorrection1
//
// gradients, weights, expAvg, expAvgSq: f32[4 * vectors]; groupIds: u32[vectors / 16], one for 64 elements; groups: vec2f of weight decay
// and learning rate factor; state: the header of stateLayout.ts, written by finalizeUpdate. A skipped update changes nothing.
// In front: `fn storeHalf(index, values)`, which writes the f16 copy of the weights where there is one.
// Vectors are dealt to threads by flatIndexing.wgsl, put in front; 64 threads a workgroup.

struct Parameters { vectors: u32, oneMinusBeta1: f32, beta2: f32, oneMinusBeta2: f32, epsilon: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> state: array<u32>;
@group(0) @binding(2) var<storage, read> groups: array<vec2f>;
@group(0) @binding(3) var<storage, read> groupIds: array<u32>;
@group(0) @binding(4) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> weights: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> expAvg: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> expAvgSq: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  if (state[4] == 0) { return; }
  let gradientScale = bitcast<f32>(state[5]);
  let learningRate = bitcast<f32>(state[6]);
  let stepSize = bitcast<f32>(state[7]);
  let sqrtBiasCorrection2 = bitcast<f32>(state[8]);
  let share = flatIndexing(workgroup, workgroups, thread, parameters.vectors);
  for (var index = share.first; index < share.end; index += 8) {
    let group = groups[groupIds[index / 16]];
    let gradient = gradients[index] * gradientScale;
    let oldAverage = expAvg[index];
    let average = oldAverage + parameters.oneMinusBeta1 * (gradient - oldAverage);
    let square = parameters.beta2 * expAvgSq[index] + parameters.oneMinusBeta2 * (gradient * gradient);
    let decayed = weights[index] * (1.0 - learningRate * group.y * group.x);
    let updated = decayed - stepSize * group.y * (average / (sqrt(square) / sqrtBiasCorrection2 + parameters.epsilon));
    expAvg[index] = average;
    expAvgSq[index] = square;
    weights[index] = updated;
    storeHalf(index, updated);
  }
}
