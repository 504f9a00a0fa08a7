// AdamW with decoupled weight decay (Loshchilov and Hutter, 2019; torch.optim.AdamW), over every parameter of an arena segment at once:
//
//   g = gradient * gradientScale                           clip factor / loss scale, from the state
//   p = p * (1 - learningRate * factor * weightDecay)
//   m = m + (1 - beta1) * (g - m)
//   v = beta2 * v + (1 - beta2) * g * g
//   p = p - stepSize * factor * m / (sqrt(v) / sqrtBiasCorrection2 + epsilon)        stepSize = learningRate / biasCorrection1
//
// gradients, weights, expAvg, expAvgSq: f32[4 * vectors]; ids: u32[vectors / 16], one for 64 elements; state: the header of
// stateLayout.ts, written by finalizeUpdate. A skipped update changes nothing.
// In front: groupRates.wgsl or memberRates.wgsl, which say what the rates of an id are, and `fn storeHalf(index, values)`, which writes the
// f16 copy of the weights where there is one.
// Vectors are dealt to threads by flatIndexing.wgsl, put in front; 64 threads a workgroup.

struct Parameters { vectors: u32, oneMinusBeta1: f32, beta2: f32, oneMinusBeta2: f32, epsilon: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> state: array<u32>;
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
    let average = oldAverage + parameters.oneMinusBeta1 * (gradient - oldAverage);
    let square = parameters.beta2 * expAvgSq[index] + parameters.oneMinusBeta2 * (gradient * gradient);
    let decayed = weights[index] * (1.0 - learningRate * rates.factor * rates.weightDecay);
    let updated = decayed - rates.stepSize * rates.factor * (average / (sqrt(square) / rates.sqrtBiasCorrection2 + parameters.epsilon));
    expAvg[index] = average;
    expAvgSq[index] = square;
    weights[index] = updated;
    storeHalf(index, updated);
  }
}
