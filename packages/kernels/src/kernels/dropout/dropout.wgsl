// output[row, c] = input[row, c] * (kept ? 1 / (1 - probability) : 0)
//
// input, output: [rows, columns]; tokenKeys: [rows]; which are kept: random/dropout.wgsl, put in front.
// In front: load and store functions of input and output; `wide`: they hold vectors of four, and columns is a multiple of 4.
// Groups of four columns are dealt to threads by flatShare.wgsl, put in front; 64 threads a workgroup.

struct Parameters { rows: u32, columns: u32, operation: u32, threshold: u32, keptScale: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> input: array<Input>;
@group(0) @binding(2) var<storage, read> tokenKeys: array<u32>;
@group(0) @binding(3) var<storage, read> random: array<vec4u>;
@group(0) @binding(4) var<storage, read_write> output: array<Output>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let groups = (parameters.columns + 3) / 4;
  let stream = dropoutStream(parameters.operation, random[0]);
  let share = flatShare(workgroup, workgroups, thread, parameters.rows * groups);
  let eight = placeOf(8, groups);
  var place = placeOf(share.first, groups);
  for (var index = share.first; index < share.end; index += 8) {
    let words = dropoutWords(dropoutRow(stream, tokenKeys[place.row]), place.column);
    dropGroup(place.row, place.column, dropoutScale(words, parameters.threshold, parameters.keptScale));
    place = eightAfter(place, eight, groups);
  }
}
