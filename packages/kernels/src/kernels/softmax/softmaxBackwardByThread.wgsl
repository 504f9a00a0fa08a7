// gradInput = output * (gradOutput - sum of gradOutput * output over the row)
// logarithmic: gradInput = gradOutput - exp(output) * sum of gradOutput over the row
//
// gradOutput, output (of the forward pass), gradInput: [rows, columns], read as
// vectors of four columns, or as single ones.
// One row a thread, 64 threads a workgroup, no barriers: for software adapters, and for few columns
// everywhere.
#include wgsl/vectorTotals

struct Parameters { rows: u32, vectors: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> gradOutput: array<GradOutput>;
@group(0) @binding(2) var<storage, read> output: array<Output>;
@group(0) @binding(3) var<storage, read_write> gradInput: array<GradInput>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let row = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  if (row >= parameters.rows) { return; }
  let first = row * parameters.vectors;
  let end = first + parameters.vectors;
  // Sums of 64 first, then the sum of those: rounding errors grow with 64 + vectors / 64.
  var sum = 0.0;
  for (var begin = first; begin < end; begin += 64) {
    var part = Values(0.0);
    for (var index = begin; index < min(begin + 64, end); index++) {
#if logarithmic
      part += loadGradOutput(index);
#else
      part += loadGradOutput(index) * loadOutput(index);
#endif
    }
    sum += totalOf(part);
  }
  for (var index = first; index < end; index++) {
    let gradient = loadGradOutput(index);
    let value = loadOutput(index);
#if logarithmic
    // Some adapters give infinity for exp(NaN).
    storeGradInput(index, select(gradient - exp(value) * sum, value, bitsOf(value) > Bits(0x7f800000u)));
#else
    storeGradInput(index, value * (gradient - sum));
#endif
  }
}
