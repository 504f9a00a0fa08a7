// First stage of gradWeight[c] = sum over rows of gradOutput[row, c] * normalised[row, c]
// and gradBias[c] = sum over rows of gradOutput[row, c]: the sums over blocks of rows, where
// normalised = (sum - mean) * reciprocalStd.
//
// gradOutput, sum: [rows, columns]; mean, reciprocalStd: f32[rows]
// weightPartials, biasPartials: f32[blocks, columns]
// Threads take blocks of rows and vectors of columns as in columnBlocks.wgsl.
#include kernels/columnSum/columnBlocks

struct Parameters { rows: u32, vectors: u32, rowsPerBlock: u32, blocks: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> gradOutput: array<GradOutput>;
@group(0) @binding(2) var<storage, read> sum: array<Sum>;
@group(0) @binding(3) var<storage, read> mean: array<f32>;
@group(0) @binding(4) var<storage, read> reciprocalStd: array<f32>;
@group(0) @binding(5) var<storage, read_write> weightPartials: array<Values>;
@group(0) @binding(6) var<storage, read_write> biasPartials: array<Values>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let block = columnBlock(workgroup, workgroups, thread);
  if (block.number >= parameters.blocks) { return; }
  var weightSums: array<Values, across>;
  var biasSums: array<Values, across>;
  for (var row = block.firstRow; row < block.endRow; row++) {
    let rowMean = mean[row];
    let scale = reciprocalStd[row];
    for (var i = 0u; i < across; i++) {
      let index = row * parameters.vectors + vectorOf(block, i);
      let gradient = loadGradOutput(index);
      weightSums[i] += gradient * ((loadSum(index) - rowMean) * scale);
      biasSums[i] += gradient;
    }
  }
  for (var i = 0u; i < across; i++) {
    if (hasVector(block, i)) {
      let index = block.number * parameters.vectors + vectorOf(block, i);
      weightPartials[index] = weightSums[i];
      biasPartials[index] = biasSums[i];
    }
  }
}
