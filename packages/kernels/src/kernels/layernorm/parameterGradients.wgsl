// First stage of gradWeight[c] = sum over rows of gradOutput[row, c] * (sum[row, c] - mean[row]) * reciprocalStd[row]
// and gradBias[c] = sum over rows of gradOutput[row, c]: the sums over blocks of rows.
//
// gradOutput, sum: [rows, columns]; mean, reciprocalStd: f32[rows]; weightPartials, biasPartials: f32[blocks, columns]
// In front: load functions of the arrays, all of one width. A group of columns of that width a thread, 32 threads a workgroup; workgroup
// (x, y) takes
// groups from x * 32 on, and rows from y * rowsPerBlock on.

struct Parameters { rows: u32, groups: u32, rowsPerBlock: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> gradOutput: array<GradOutput>;
@group(0) @binding(2) var<storage, read> sum: array<Sum>;
@group(0) @binding(3) var<storage, read> mean: array<f32>;
@group(0) @binding(4) var<storage, read> reciprocalStd: array<f32>;
@group(0) @binding(5) var<storage, read_write> weightPartials: array<Values>;
@group(0) @binding(6) var<storage, read_write> biasPartials: array<Values>;

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) thread: u32) {
  let group = workgroup.x * 32 + thread;
  if (group >= parameters.groups) { return; }
  let firstRow = workgroup.y * parameters.rowsPerBlock;
  let endRow = min(parameters.rows, firstRow + parameters.rowsPerBlock);
  var weightSum = Values(0.0);
  var biasSum = Values(0.0);
  for (var row = firstRow; row < endRow; row++) {
    let index = row * parameters.groups + group;
    let gradient = loadGradOutput(index);
    weightSum += gradient * ((loadSum(index) - mean[row]) * reciprocalStd[row]);
    biasSum += gradient;
  }
  weightPartials[workgroup.y * parameters.groups + group] = weightSum;
  biasPartials[workgroup.y * parameters.groups + group] = biasSum;
}
