// output[id] = sum over the chunks of a long segment of partialSums[chunk]
//   (+ output[id], where it accumulates)
//
// output: [outputRows, columns]; partialSums: f32[…, columns]
// segments: u32 words laid out as in segmentChunks.ts. Parameters, outputs and store(goal, column,
// sum) are declared in forward.ts, as there are as many as are asked for; `most` is the number of
// partial sums.
// One vector of columns of one segment a thread, 64 threads a workgroup. Partial sums are added 32
// at a time, so that rounding errors grow with 32 + chunks / 32.
// With tree, for GPUs: eight vectors of one segment a workgroup of 256 threads, of which 32 take
// every 32nd chunk and are then summed by a tree. Workgroups go over vectors in x, over segments in
// y.

@group(0) @binding(1) var<storage, read> segments: array<u32>;
@group(0) @binding(2) var<storage, read> partialSums: array<Values>;

#if tree
const across = 8u;
const threads = 256u;
var<workgroup> sums: array<Values, threads>;

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) thread: u32) {
  let column = workgroup.x * across + thread % across;
  let place = min(column, parameters.columns - 1);
  let entry = segments[3] + 3 * workgroup.y;
  let end = min(segments[entry + 2], parameters.most);
  var sum = Values();
  for (var number = segments[entry + 1] + thread / across; number < end; number += threads / across) {
    sum += partialSums[number * parameters.columns + place];
  }
  sums[thread] = sum;
  workgroupBarrier();
  for (var half = threads / 2; half >= across; half /= 2) {
    if (thread < half) { sums[thread] += sums[thread + half]; }
    workgroupBarrier();
  }
  if (thread < across && column < parameters.columns) { store(segments[entry], column, sums[thread]); }
}
#else
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let index = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  let segment = index / parameters.columns;
  let column = index - segment * parameters.columns;
  if (segment >= segments[1]) { return; }
  let entry = segments[3] + 3 * segment;
  // Whatever the words hold, no sum goes beyond the partial sums that there are.
  let end = min(segments[entry + 2], parameters.most);
  var sum = Values();
  for (var begin = segments[entry + 1]; begin < end; begin += 32) {
    var part = Values();
    for (var number = begin; number < min(begin + 32, end); number++) { part += partialSums[number * parameters.columns + column]; }
    sum += part;
  }
  store(segments[entry], column, sum);
}
#endif
