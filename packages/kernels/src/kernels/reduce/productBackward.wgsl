// gradInput[o, k, i] = gradOutput[o, i] * product of input[o, j, i] over all j but k
//
// gradInput, input: [outer, length, inner]; before: f32[outer, length, inner], scratch;
// gradOutput: [outer, inner]
// One row a thread, 64 threads a workgroup: the products of what lies before each element first,
// then those of what lies behind. Nothing is divided, so zeros and what is not finite stay with
// the elements that they belong to.

struct Parameters { rows: u32, length: u32, inner: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> gradOutput: array<GradOutput>;
@group(0) @binding(next) var<storage, read> input: array<Input>;
@group(0) @binding(next) var<storage, read_write> gradInput: array<GradInput>;
@group(0) @binding(next) var<storage, read_write> before: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let row = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  if (row >= parameters.rows) { return; }
  let inner = parameters.inner;
  let first = row / inner * parameters.length * inner + row % inner;
  var product = 1.0;
  for (var place = 0u; place < parameters.length; place++) {
    before[first + place * inner] = product;
    product *= loadInput(first + place * inner);
  }
  product = loadGradOutput(row);
  for (var left = parameters.length; left > 0; left--) {
    let index = first + (left - 1) * inner;
    storeGradInput(index, product * before[index]);
    product *= loadInput(index);
  }
}
