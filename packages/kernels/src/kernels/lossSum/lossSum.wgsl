// output[i] = sum over j < share of input[i * share + j]
// last: output[0] = weight * input sum, plus output[0] before it when accumulating
//
// input: f32[count]; output: f32[ceil(count / share)], or f32[1] for the last one
// One sum of consecutive values a thread, 64 threads a workgroup. The order of summation depends on
// the count alone.

struct Parameters { count: u32, share: u32, last: u32, accumulate: u32, weight: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3u) {
  let begin = thread.x * parameters.share;
  if (begin >= parameters.count && thread.x > 0) { return; }
  let end = min(begin + parameters.share, parameters.count);
  var sum = 0.0;
  for (var index = begin; index < end; index++) { sum += input[index]; }
  if (parameters.last != 0) {
    sum *= parameters.weight;
    if (parameters.accumulate != 0) { sum += output[0]; }
  }
  output[thread.x] = sum;
}
