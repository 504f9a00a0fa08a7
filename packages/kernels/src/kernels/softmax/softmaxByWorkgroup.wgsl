// output = exp(input - max) / sum of exp(input - max) over each row
// logarithmic: output = input - max - log(sum)
//
// input, output: [rows, columns].
// One row a workgroup of 128 threads; thread t takes columns t, t + 128, …; sums by a tree in
// workgroup memory: for GPUs with many columns.
#include wgsl/keepNan

struct Parameters { rows: u32, columns: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> input: array<Input>;
@group(0) @binding(2) var<storage, read_write> output: array<Output>;

const threads = 128u;
var<workgroup> largests: array<f32, threads>;
var<workgroup> sums: array<f32, threads>;

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let row = workgroup.x + workgroup.y * workgroups.x;
  if (row >= parameters.rows) { return; }
  let first = row * parameters.columns;
  let end = first + parameters.columns;
  var ownLargest = -3.402823e38;
  for (var index = first + thread; index < end; index += threads) { ownLargest = max(ownLargest, loadInput(index)); }
  largests[thread] = ownLargest;
  workgroupBarrier();
  for (var half = threads / 2; half > 0; half /= 2) {
    if (thread < half) { largests[thread] = max(largests[thread], largests[thread + half]); }
    workgroupBarrier();
  }
  let largest = largests[0];
  var ownSum = 0.0;
  var largestBits = 0u;
  for (var index = first + thread; index < end; index += threads) {
    let below = loadInput(index) - largest;
    largestBits = max(largestBits, bitcast<u32>(below) & 0x7fffffffu);
    ownSum += exp(below);
  }
  sums[thread] = sumKeepingNan(ownSum, largestBits);
  workgroupBarrier();
  for (var half = threads / 2; half > 0; half /= 2) {
    if (thread < half) { sums[thread] += sums[thread + half]; }
    workgroupBarrier();
  }
  let sum = sums[0];
  let logSum = logKeepingNan(sum);
  for (var index = first + thread; index < end; index += threads) {
    let below = loadInput(index) - largest;
#if logarithmic
    storeOutput(index, below - logSum);
#else
    storeOutput(index, exp(below) / sum);
#endif
  }
}
