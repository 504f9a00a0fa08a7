// output[row] = number of the greatest value of the row, the first where there are several
//
// input: [rows, columns], columns at least 1; output: i32[rows]
// A NaN is greater than all else, as in torch.argmax; -0 equals 0. Values are compared by their
// bits, because comparisons with NaN may give anything. One row a thread, 64 threads a workgroup.

struct Parameters { rows: u32, columns: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> input: array<Input>;
@group(0) @binding(2) var<storage, read_write> output: array<i32>;

// Grows with the value.
fn orderOf(value: f32) -> u32 {
  let bits = bitcast<u32>(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) { return 0xffffffffu; }
  if (bits == 0x80000000u) { return 0x80000000u; }
  return select(bits | 0x80000000u, ~bits, (bits & 0x80000000u) != 0u);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let row = (workgroup.x + workgroup.y * workgroups.x) * 64u + thread;
  if (row >= parameters.rows) { return; }
  let first = row * parameters.columns;
  var greatest = 0u;
  var order = 0u;
  for (var column = 0u; column < parameters.columns; column++) {
    let other = orderOf(loadInput(first + column));
    if (other > order) {
      greatest = column;
      order = other;
    }
  }
  output[row] = i32(greatest);
}
