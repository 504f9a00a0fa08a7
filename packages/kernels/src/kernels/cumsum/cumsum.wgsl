// output[o, k, i] = sum of input[o, j, i] over all j up to k, or from k on where it is reversed
//
// input, output: [outer, length, inner]
// One row a thread, 64 threads a workgroup. Sums of 64 are added to the sum of those before, so
// that rounding errors grow with 64 + length / 64.

struct Parameters { rows: u32, length: u32, inner: u32, reversed: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> input: array<Input>;
@group(0) @binding(next) var<storage, read_write> output: array<Output>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let row = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  if (row >= parameters.rows) { return; }
  let inner = parameters.inner;
  let length = parameters.length;
  let first = row / inner * length * inner + row % inner;
  var sum = 0.0;
  var part = 0.0;
  for (var step = 0u; step < length; step++) {
    let place = select(step, length - 1 - step, parameters.reversed != 0);
    part += loadInput(first + place * inner);
    storeOutput(first + place * inner, sum + part);
    if (step % 64 == 63) {
      sum += part;
      part = 0.0;
    }
  }
}
