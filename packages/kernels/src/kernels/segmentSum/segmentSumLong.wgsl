// output[id] = sum over the chunks of a long segment of partialSums[chunk]
//   (+ output[id], where it accumulates)
//
// output: [outputRows, columns]; partialSums: f32[…, columns]
// segments: u32 words laid out as in segmentChunks.ts
// One vector of columns of one segment a thread, 64 threads a workgroup. Partial sums are added 32
// at a time, so that rounding errors grow with 32 + chunks / 32.

struct Parameters { columns: u32, outputRows: u32, accumulate: u32, partials: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> segments: array<u32>;
@group(0) @binding(2) var<storage, read> partialSums: array<Values>;
@group(0) @binding(3) var<storage, read_write> output: array<Output>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let index = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  let segment = index / parameters.columns;
  let column = index - segment * parameters.columns;
  if (segment >= segments[1]) { return; }
  let entry = segments[3] + 3 * segment;
  let id = segments[entry];
  if (id >= parameters.outputRows) { return; }
  // Whatever the words hold, no sum goes beyond the partial sums that there are.
  let end = min(segments[entry + 2], parameters.partials);
  var sum = Values();
  for (var begin = segments[entry + 1]; begin < end; begin += 32) {
    var part = Values();
    for (var number = begin; number < min(begin + 32, end); number++) { part += partialSums[number * parameters.columns + column]; }
    sum += part;
  }
  let goal = id * parameters.columns + column;
  if (parameters.accumulate != 0) { sum += loadOutput(goal); }
  storeOutput(goal, sum);
}
