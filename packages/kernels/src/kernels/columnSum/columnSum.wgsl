// output[block, column] = sum over the block's rows of input[row, column] (+ output[block, column])
//
// input: [rows, columns], f32 or f16; output: f32[blocks, columns]. In front: loadInput and Values, of one width (a group of
// columns) if that divides the columns. One thread for each group of each block, 64 threads a workgroup, workgroups over x and y; a block is
// rowsPerBlock rows. No workgroup memory, no barriers.

struct Parameters { rows: u32, groups: u32, rowsPerBlock: u32, blocks: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> input: array<Input>;
@group(0) @binding(2) var<storage, read_write> output: array<Output>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let number = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  if (number >= parameters.blocks * parameters.groups) { return; }
  let group = number % parameters.groups;
  let firstRow = number / parameters.groups * parameters.rowsPerBlock;
  var sum = Values(0);
  for (var row = firstRow; row < min(firstRow + parameters.rowsPerBlock, parameters.rows); row++) {
    sum += loadInput(row * parameters.groups + group);
  }
  if (accumulate) { sum += output[number]; }
  output[number] = sum;
}
