// gradInput[row, column] = gradOutput[row, column] * gelu'(input[row, column]); the function is in gelu.wgsl, put in front
// sums[block, column] = sum over the block's rows of gradInput[row, column]
//
// gradOutput, input, gradInput: [rows, columns]; sums: f32[blocks, columns]. In front: load and store functions of the arrays, all of one
// width (a group of columns), Values, the f32 type of that width, and columnBlocks.wgsl, which deals rows and columns to threads. No
// workgroup memory, no barriers.

struct Parameters { rows: u32, groups: u32, rowsPerBlock: u32, blocks: u32 }
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
      if (hasGroup(block, i)) {
        let index = row * parameters.groups + groupOf(block, i);
        let gradient = loadGradOutput(index) * geluDerivativeOfEach(loadInput(index));
        storeGradInput(index, gradient);
        blockSums[i] += gradient;
      }
    }
  }
  for (var i = 0u; i < across; i++) {
    if (hasGroup(block, i)) { storeSums(block.number * parameters.groups + groupOf(block, i), blockSums[i]); }
  }
}
