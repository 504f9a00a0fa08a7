// losses[row] = -sum over classes of q[c] w[c] logp[c]
// facts[row] = (largest, sum of exp(input - largest), sum of q w, what the row counts)
// q[c] = (1 - e) [c == label] + e / classes, or the probabilities given
// logp = input - largest - log(sum), or the input itself where it holds logarithms
//
// input, probabilities: f32[outer, classes, inner]; labels: 32 bits[outer, inner]
// classWeights w: f32[classes], 1 where there are none
// A row counts w[label], or 1 of probabilities; one to be ignored 0, with a loss of 0. A label that
// is no class gives NaN.
// `lanes` threads a row, 64 threads a workgroup: 1 for software adapters and for few classes.
#include wgsl/keepNan
#include kernels/classLoss/wanted

@group(0) @binding(next) var<storage, read_write> losses: array<f32>;
@group(0) @binding(next) var<storage, read_write> facts: array<vec4f>;

#if severalLanes
var<workgroup> partial: array<vec3f, 64>;
#endif

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let lane = thread % lanes;
  let number = (workgroup.x + workgroup.y * workgroups.x) * (64 / lanes) + thread / lanes;
  let row = min(number, parameters.rows - 1);
  let inner = parameters.inner;
  let classes = parameters.classes;
  let first = row / inner * classes * inner + row % inner;
  // Sums of 64 first, then the sum of those: rounding errors grow with 64 + classes / 64.
  let block = 64 * lanes;
  var largest = 0.0;
  var total = 1.0;
#if isLogits
  largest = -3.402823e38;
  for (var c = lane; c < classes; c += lanes) { largest = max(largest, input[first + c * inner]); }
#if severalLanes
  largest = largestOf(lane, largest);
#endif
  total = 0.0;
#endif
  var share = 0.0;
  var product = 0.0;
  var largestBits = 0u;
  for (var begin = lane; begin < classes; begin += block) {
    var part = vec3f(0.0);
    for (var c = begin; c < min(begin + block - lane, classes); c += lanes) {
      let below = input[first + c * inner] - largest;
#if isLogits
      part.x += exp(below);
      largestBits = max(largestBits, bitcast<u32>(below) & 0x7fffffffu);
#endif
      let wanted = wantedOf(row, first + c * inner, c);
      part.y += wanted;
      // What is not wanted may be -Infinity.
      if (wanted != 0.0) { part.z += wanted * below; }
    }
    total += part.x;
    share += part.y;
    product += part.z;
  }
  total = sumKeepingNan(total, largestBits);
#if severalLanes
  let sums = sumOf(lane, vec3f(total, share, product));
#if isLogits
  total = sums.x;
#endif
  share = sums.y;
  product = sums.z;
#endif
  if (lane > 0 || number >= parameters.rows) { return; }
  var loss = share * logKeepingNan(total) - product;
  var count = 1.0;
#if byLabel
  let label = labels[row];
  if (label == parameters.ignoreIndex) {
    loss = 0.0;
    share = 0.0;
    count = 0.0;
  } else if (label >= classes) {
    loss = notANumber();
    share = 0.0;
  } else {
#if weighted
    count = classWeights[label];
#endif
  }
#endif
  losses[row] = loss;
  facts[row] = vec4f(largest, total, share, count);
}

#if severalLanes
fn largestOf(lane: u32, own: f32) -> f32 {
  partial[lane].x = own;
  for (var width = 32u; width > 0; width /= 2) {
    workgroupBarrier();
    if (lane < width) { partial[lane].x = max(partial[lane].x, partial[lane + width].x); }
  }
  workgroupBarrier();
  let most = partial[0].x;
  workgroupBarrier();
  return most;
}

fn sumOf(lane: u32, own: vec3f) -> vec3f {
  partial[lane] = own;
  for (var width = 32u; width > 0; width /= 2) {
    workgroupBarrier();
    if (lane < width) { partial[lane] += partial[lane + width]; }
  }
  workgroupBarrier();
  return partial[0];
}
#endif
