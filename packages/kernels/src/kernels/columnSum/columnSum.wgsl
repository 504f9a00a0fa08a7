// output[column] = sum over rows of input[row, column] (+ output[column])
//
// input: [rows, columns], f32 or f16; output: f32[columns]. One thread a column.

struct Parameters { rows: u32, columns: u32, add: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> input: array<Input>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) thread: u32) {
  let column = workgroup.x * 64 + thread;
  if (column >= parameters.columns) { return; }
  var sum = 0.0;
  for (var row = 0u; row < parameters.rows; row++) { sum += f32(input[row * parameters.columns + column]); }
  if (parameters.add == 1) { sum += output[column]; }
  output[column] = sum;
}
