// output[row, c] = input[indices[row], c]
//
// input: [any, columns]; indices: u32[rows]; output: [rows, columns]
// Vectors of columns go to threads by rowIndexing; 64 threads a workgroup.
#include wgsl/rowIndexing

struct Parameters { elements: Matrix }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> input: array<Input>;
@group(0) @binding(2) var<storage, read> indices: array<u32>;
@group(0) @binding(3) var<storage, read_write> output: array<Output>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let share = rowIndexing(parameters.elements, workgroup, workgroups, thread);
  let columns = parameters.elements.columns;
  for (var row = share.firstRow; row < share.endRow; row++) {
    let source = indices[row] * columns;
    for (var column = share.firstColumn; column < share.endColumn; column += abreast) {
      storeOutput(row * columns + column, loadInput(source + column));
    }
  }
}
