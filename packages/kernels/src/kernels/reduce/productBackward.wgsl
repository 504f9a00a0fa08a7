// gradInput[o, k, i] = gradOutput[o, i] * product of input[o, j, i] over all j but k
//
// gradInput, input: [outer, length, inner]; before: f32[outer, length, inner], scratch;
// gradOutput: [outer, inner]
// `lanes` threads a row, 64 threads a workgroup: each takes a part of the row, and the products of
// what lies before each of its elements first, then those of what lies behind. Nothing is divided,
// so zeros and what is not finite stay with the elements that they belong to.

struct Parameters { rows: u32, length: u32, inner: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> gradOutput: array<GradOutput>;
@group(0) @binding(next) var<storage, read> input: array<Input>;
@group(0) @binding(next) var<storage, read_write> gradInput: array<GradInput>;
@group(0) @binding(next) var<storage, read_write> before: array<f32>;

#if severalLanes
var<workgroup> products: array<f32, 64>;
#endif

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let lane = thread % lanes;
  let row = (workgroup.x + workgroup.y * workgroups.x) * (64 / lanes) + thread / lanes;
#if severalLanes
  // One row a workgroup: uniform, as barriers need it.
  if (workgroup.x + workgroup.y * workgroups.x >= parameters.rows) { return; }
#else
  if (row >= parameters.rows) { return; }
#endif
  let inner = parameters.inner;
  let first = row / inner * parameters.length * inner + row % inner;
  let each = (parameters.length + lanes - 1) / lanes;
  let begin = min(lane * each, parameters.length);
  let end = min(begin + each, parameters.length);
  var product = 1.0;
  var behind = loadGradOutput(row);
#if severalLanes
  var own = 1.0;
  for (var place = begin; place < end; place++) { own *= loadInput(first + place * inner); }
  products[lane] = own;
  workgroupBarrier();
  for (var other = 0u; other < lane; other++) { product *= products[other]; }
  for (var other = 63u; other > lane; other--) { behind *= products[other]; }
#endif
  for (var place = begin; place < end; place++) {
    before[first + place * inner] = product;
    product *= loadInput(first + place * inner);
  }
  for (var left = end; left > begin; left--) {
    let index = first + (left - 1) * inner;
    storeGradInput(index, behind * before[index]);
    behind *= loadInput(index);
  }
}
