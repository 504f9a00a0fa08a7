// gradInput[row, column] = gradOutput[row, column] * gelu'(input[row, column])
// sums[block, column] = sum over the block's rows of gradInput[row, column]
//
// gradOutput, input, gradInput: [rows, columns]; sums: f32[blocks, columns]
// Threads take blocks of rows and vectors of columns as in columnBlocks.wgsl. No workgroup memory,
// no barriers.
#include kernels/columnSum/columnBlocks
#include kernels/gelu/geluFunctions

struct Parameters { rows: u32, vectors: u32, rowsPerBlock: u32, blocks: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> gradOutput: array<GradOutput>;
@group(0) @binding(2) var<storage, read> input: array<Input>;
@group(0) @binding(3) var<storage, read_write> gradInput: array<GradInput>;
@group(0) @binding(4) var<storage, read_write> sums: array<Sums>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let block = columnBlock(workgroup, workgroups, thread);
  if (block.number >= parameters.blocks) { return; }
  var blockSums: array<Values, across>;
  for (var row = block.firstRow; row < block.endRow; row++) {
    for (var i = 0u; i < across; i++) {
      if (hasVector(block, i)) {
        let index = row * parameters.vectors + vectorOf(block, i);
        let gradient = loadGradOutput(index) * geluDerivativeOfEach(loadInput(index));
        storeGradInput(index, gradient);
        blockSums[i] += gradient;
      }
    }
  }
  for (var i = 0u; i < across; i++) {
    if (hasVector(block, i)) { storeSums(block.number * parameters.vectors + vectorOf(block, i), blockSums[i]); }
  }
}
