// output[block, column] = sum over the block's rows of input[row, column]
//   (* factor, where it is scaled) (+ output[block, column], where it accumulates)
//
// input: [rows, columns], f32 or f16; output: f32[blocks, columns]
// Threads take blocks of rows and vectors of columns as in columnBlocks.wgsl. No workgroup memory,
// no barriers.
#include kernels/columnSum/columnBlocks

struct Parameters { rows: u32, vectors: u32, rowsPerBlock: u32, blocks: u32, factor: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> input: array<Input>;
@group(0) @binding(2) var<storage, read_write> output: array<Output>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let block = columnBlock(workgroup, workgroups, thread);
  if (block.number >= parameters.blocks) { return; }
  var sums: array<Values, across>;
  for (var row = block.firstRow; row < block.endRow; row++) {
    for (var i = 0u; i < across; i++) { sums[i] += loadInput(row * parameters.vectors + vectorOf(block, i)); }
  }
  for (var i = 0u; i < across; i++) {
    if (hasVector(block, i)) {
      let index = block.number * parameters.vectors + vectorOf(block, i);
#if scaled
      sums[i] *= parameters.factor;
#endif
#if accumulate
      sums[i] += output[index];
#endif
      output[index] = sums[i];
    }
  }
}
