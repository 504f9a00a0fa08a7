// gradTable[id] = 0 for every id that occurs
//
// gradTable: f32[tableRows, columns]; segments: u32 words laid out as in segmentChunks.ts. Columns count vectors of the width chosen.
// In front: the types. One vector of columns of one chunk, or after those of one long segment, a thread; 64 threads a workgroup.

struct Parameters { columns: u32, tableRows: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> segments: array<u32>;
@group(0) @binding(2) var<storage, read_write> gradTable: array<Values>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let index = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  let number = index / parameters.columns;
  let chunks = segments[0];
  if (number >= chunks + segments[1]) { return; }
  var place = segments[2] + number;
  if (number >= chunks) { place = segments[3] + 3 * (number - chunks); }
  // A chunk of a long segment names a partial sum, 2^31 and more, which is no row.
  let id = segments[place];
  if (id < parameters.tableRows) { gradTable[id * parameters.columns + index - number * parameters.columns] = Values(); }
}
