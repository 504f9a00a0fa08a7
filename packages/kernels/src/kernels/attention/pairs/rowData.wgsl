// What the backward needs of each query row and head, in one array: logSumExp,
// delta = output . gradOutput, and the token's key for dropout.
//
// output, gradOutput: [totalTokens, numHeads * headSize]; logSumExp: f32[totalTokens, numHeads]
// tokenKeys: u32[totalTokens]
// rowData: vec4u[1 + totalTokens * numHeads], floats as their bits; the first is the random state
// An invocation for each row and head, 64 a workgroup.
#include kernels/attention/pairs/rows

struct Parameters { numHeads: u32, chunks: u32, rows: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> output: array<Output>;
@group(0) @binding(next) var<storage, read> gradOutput: array<GradOutput>;
@group(0) @binding(next) var<storage, read> logSumExp: array<f32>;
#if dropout
@group(0) @binding(next) var<storage, read> tokenKeys: array<u32>;
@group(0) @binding(next) var<storage, read> random: array<vec4u>;
#endif
@group(0) @binding(next) var<storage, read_write> rowData: array<vec4u>;

fn outputRows() -> Rows { return Rows(parameters.numHeads * parameters.chunks, 0); }

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let index = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
#if dropout
  if (index == 0) { rowData[0] = random[0]; }
#endif
  let row = index / parameters.numHeads;
  if (row >= parameters.rows) { return; }
  let head = index % parameters.numHeads;
  var delta = 0.0;
  for (var chunk = 0u; chunk < parameters.chunks; chunk++) {
    let place = placeOf(outputRows(), row, head, chunk);
    delta += product(loadOutput(place), loadGradOutput(place));
  }
#if dropout
  let tokenKey = tokenKeys[row];
#else
  let tokenKey = 0u;
#endif
  rowData[1 + index] = vec4u(bitcast<u32>(logSumExp[index]), bitcast<u32>(delta), tokenKey, 0);
}
