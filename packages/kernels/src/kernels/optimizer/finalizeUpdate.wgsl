// Decides about one update once its gradients are summed:
//
//   norm       = sqrt(sum of partials) / lossScale
//   clip       = min(1, maxGradNorm / (norm + 1e-6)) where maxGradNorm > 0, otherwise 1
//                (torch.nn.utils.clip_grad_norm_)
//   finite norm: the update is applied, with row `step` of the schedule, and step grows by one;
//   otherwise:   it is skipped, step stays, and the number of the first such update is latched.
//
// With growthInterval > 0 the loss scale then changes for the next update (torch.amp.GradScaler):
//
//   skipped:                            lossScale = lossScale * backoffFactor
//   growthInterval applied in a row:    lossScale = lossScale * growthFactor, unless not finite
//
// A record of the update goes to the ring, and the accumulated loss becomes 0 for the next one.
//
// partials: vec2u[count] as scaledSum.wgsl stores them
// schedule: vec4f[scheduleRows] of learning rate, step size, correction, 1 / divisor
// lossScale: f32[1]; loss: f32[1]; state: u32[16 + 8 * capacity], laid out as in stateLayout.ts
// One thread, for at most 64 partials; with tree, for GPUs, treeThreads threads sum up any number
// of them, and the first goes on.
#include kernels/optimizer/gradientNorm/scaledSum
#if tree
#include kernels/optimizer/gradientNorm/scaledTree
#endif

struct Parameters {
  count: u32, scheduleRows: u32, capacity: u32, growthInterval: u32,
  maxGradNorm: f32, growthFactor: f32, backoffFactor: f32,
}
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> partials: array<vec2u>;
@group(0) @binding(2) var<storage, read> schedule: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> lossScale: array<f32>;
@group(0) @binding(4) var<storage, read_write> loss: array<f32>;
@group(0) @binding(5) var<storage, read_write> state: array<u32>;

#if tree
@compute @workgroup_size(treeThreads)
fn main(@builtin(local_invocation_index) thread: u32) {
  var part = ScaledSum(0.0, lowestExponent);
  for (var index = thread; index < parameters.count; index += treeThreads) { part = addScaled(part, loadScaled(partials[index])); }
  let total = treeSum(part, thread);
  if (thread == 0) { decide(total); }
}
#else
@compute @workgroup_size(1)
fn main() {
  var total = ScaledSum(0.0, lowestExponent);
  for (var index = 0u; index < parameters.count; index++) { total = addScaled(total, loadScaled(partials[index])); }
  decide(total);
}
#endif

fn decide(total: ScaledSum) {
  let scale = lossScale[0];
  let norm = normBits(total, scale);
  let finite = isFiniteBits(norm);
  var clip = 1.0;
  if (finite && parameters.maxGradNorm > 0.0) { clip = min(1.0, parameters.maxGradNorm / (bitcast<f32>(norm) + 1e-6)); }

  let step = state[0];
  let row = schedule[min(step, parameters.scheduleRows - 1)];
  let update = state[1] + 1;
  state[0] = step + select(0u, 1u, finite);
  state[1] = update;
  if (!finite) {
    state[2] += 1;
    if (state[3] == 0) { state[3] = update; }
  }
  state[4] = select(0u, 1u, finite);
  state[5] = bitcast<u32>(clip / scale);
  state[6] = bitcast<u32>(row.x);
  state[7] = bitcast<u32>(row.y);
  state[8] = bitcast<u32>(row.z);

  let record = 16 + ((update - 1) % parameters.capacity) * 8;
  state[record] = update;
  state[record + 1] = step;
  state[record + 2] = select(0u, 1u, finite);
  state[record + 3] = bitcast<u32>(loss[0]);
  state[record + 4] = norm;
  state[record + 5] = bitcast<u32>(clip);
  state[record + 6] = bitcast<u32>(scale);
  loss[0] = 0.0;

  if (parameters.growthInterval > 0) {
    let contiguous = select(0u, state[9] + 1, finite);
    let grows = contiguous == parameters.growthInterval;
    let grown = scale * parameters.growthFactor;
    if (!finite) {
      lossScale[0] = scale * parameters.backoffFactor;
    } else if (grows && isFiniteBits(bitcast<u32>(grown))) {
      lossScale[0] = grown;
    }
    state[9] = select(contiguous, 0u, grows);
  }
  state[10] = bitcast<u32>(lossScale[0]);
}

// Bits of the norm divided by `divisor`: of an infinity or a NaN where a summand was one, of an
// infinity where f32 cannot hold the norm.
fn normBits(total: ScaledSum, divisor: f32) -> u32 {
  if (total.exponent == infinite) { return infinityBits; }
  if (total.exponent == notNumber) { return 0x7fc00000; }
  return bitcast<u32>(sqrt(total.sum) * powerOfTwo(total.exponent) / divisor);
}

fn isFiniteBits(bits: u32) -> bool {
  return (bits & infinityBits) != infinityBits;
}
