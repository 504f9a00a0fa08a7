// output[row, c] = input[row, c] * (kept ? 1 / (1 - probability) : 0)
//
// input, output: [rows, columns]; tokenKeys: [rows]; random/dropout.wgsl says which are kept.
// Fours of columns go to threads by rowIndexing; 64 threads a workgroup.
#include random/dropout
#include wgsl/rowIndexing

struct Parameters { fours: Matrix, columns: u32, site: u32, threshold: u32, keptScale: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> input: array<Input>;
@group(0) @binding(2) var<storage, read> tokenKeys: array<u32>;
@group(0) @binding(3) var<storage, read> random: array<vec4u>;
@group(0) @binding(4) var<storage, read_write> output: array<Output>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let stream = dropoutStream(parameters.site, random[0]);
  let share = rowIndexing(parameters.fours, workgroup, workgroups, thread);
  for (var row = share.firstRow; row < share.endRow; row++) {
    let draws = dropoutRow(stream, tokenKeys[row]);
    for (var four = share.firstColumn; four < share.endColumn; four += abreast) {
      dropFour(row, four, dropoutScale(dropoutWords(draws, four), parameters.threshold, parameters.keptScale));
    }
  }
}

fn dropFour(row: u32, four: u32, factors: vec4f) {
#if vec4
  let index = row * (parameters.columns / 4) + four;
  storeOutput(index, loadInput(index) * factors);
#else
  let first = four * 4;
  for (var column = first; column < min(first + 4, parameters.columns); column++) {
    let index = row * parameters.columns + column;
    storeOutput(index, loadInput(index) * factors[column - first]);
  }
#endif
}
