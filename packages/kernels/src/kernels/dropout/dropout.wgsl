// output[row, c] = input[row, c] * (kept ? 1 / (1 - probability) : 0)
//
// input, output: [rows, columns]; tokenKeys: [rows]; which are kept: random/dropout.wgsl, put in front.
// In front: load and store functions of input and output, which hold vectors of four (wide.wgsl) or single elements (narrow.wgsl).
// Groups of four columns are dealt to threads by rowIndexing.wgsl, put in front; 64 threads a workgroup.

struct Parameters { groups: Matrix, columns: u32, site: u32, threshold: u32, keptScale: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> input: array<Input>;
@group(0) @binding(2) var<storage, read> tokenKeys: array<u32>;
@group(0) @binding(3) var<storage, read> random: array<vec4u>;
@group(0) @binding(4) var<storage, read_write> output: array<Output>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let stream = dropoutStream(parameters.site, random[0]);
  let share = rowIndexing(parameters.groups, workgroup, workgroups, thread);
  for (var row = share.firstRow; row < share.endRow; row++) {
    let draws = dropoutRow(stream, tokenKeys[row]);
    for (var group = share.firstColumn; group < share.endColumn; group += 8) {
      dropGroup(row, group, dropoutScale(dropoutWords(draws, group), parameters.threshold, parameters.keptScale));
    }
  }
}
