// sum = sum over the rows of a chunk of input[row]
// a segment of one chunk:   output[id] = sum (+ output[id], where it accumulates), of its output
// a chunk of a longer one:  partialSums[number] = sum
//
// input: [rows, columns]; output: [outputRows, columns]; partialSums: f32[…, columns]
// segments: u32 words laid out as in segmentChunks.ts. Parameters, outputs and
// store(goal, column, sum) are declared in forward.ts, as there are as many as are asked for;
// `most` is rows of a chunk.
// One vector of columns of one chunk a thread, 64 threads a workgroup. Every id has one writer, and
// rows are added in ascending order: no atomics, the same bits on every run.

@group(0) @binding(1) var<storage, read> segments: array<u32>;
@group(0) @binding(2) var<storage, read> input: array<Input>;
@group(0) @binding(3) var<storage, read_write> partialSums: array<Values>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let index = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  let chunk = index / parameters.columns;
  let column = index - chunk * parameters.columns;
  if (chunk >= segments[0]) { return; }
  let begin = segments[4 + chunk];
  // Whatever the words hold, no chunk takes long.
  let end = min(segments[4 + chunk + 1], begin + parameters.most);
  var sum = Values();
  for (var place = begin; place < end; place++) { sum += loadInput(segments[place] * parameters.columns + column); }
  let goal = segments[segments[2] + chunk];
  if (goal >= 0x80000000) {
    partialSums[(goal & 0x7fffffff) * parameters.columns + column] = sum;
  } else {
    store(goal, column, sum);
  }
}
