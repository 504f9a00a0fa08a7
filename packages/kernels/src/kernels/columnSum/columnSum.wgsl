// output[block, column] = sum over the block's rows of input[row, column] (+ output[block, column])
//
// input: [rows, columns], f32 or f16; output: f32[blocks, columns]. In front: loadInput and Values, of one width (a group of columns) if
// that divides the columns, and columnBlocks.wgsl, which deals both to threads. No workgroup memory, no barriers.

struct Parameters { rows: u32, groups: u32, rowsPerBlock: u32, blocks: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> input: array<Input>;
@group(0) @binding(2) var<storage, read_write> output: array<Output>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let block = columnBlock(workgroup, workgroups, thread);
  if (block.number >= parameters.blocks) { return; }
  var sums: array<Values, across>;
  for (var row = block.firstRow; row < block.endRow; row++) {
    for (var i = 0u; i < across; i++) { sums[i] += loadInput(row * parameters.groups + groupOf(block, i)); }
  }
  for (var i = 0u; i < across; i++) {
    if (hasGroup(block, i)) {
      let index = block.number * parameters.groups + groupOf(block, i);
      if (accumulate) { sums[i] += output[index]; }
      output[index] = sums[i];
    }
  }
}
