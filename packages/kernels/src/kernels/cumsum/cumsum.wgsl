// output[o, k, i] = sum of input[o, j, i] over all j up to k, or from k on where it is reversed
//
// input, output: [outer, length, inner]; rows are cut into chunks of chunkLength steps
// totals: [outer, chunks, inner], of the type that sums are computed in, f32 or that of whole
// numbers, which wrap: the sum of each chunk, written in place of the output
// carries: the running sums of those, to which a chunk's own are added
// By thread: one chunk a thread, 64 threads a workgroup; sums of 64 are added to the sum of those
// before, so that rounding errors grow with 64 + length / 64. For software adapters, and for many
// rows side by side.
// By workgroup: one chunk a workgroup of 64. A thread sums four steps and adds the sums of the
// threads before it, which are scanned; then 256 steps later the same.

struct Parameters { tasks: u32, length: u32, inner: u32, reversed: u32, chunks: u32, chunkLength: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> input: array<Input>;
#if carried
@group(0) @binding(next) var<storage, read> carries: array<InputValues>;
#endif
#if totals
@group(0) @binding(next) var<storage, read_write> totals: array<InputValues>;
#else
@group(0) @binding(next) var<storage, read_write> output: array<Output>;
#endif

#if byWorkgroup
var<workgroup> sums: array<InputValues, 64>;
#endif

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
#if byWorkgroup
  let task = workgroup.x + workgroup.y * workgroups.x;
#else
  let task = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
#endif
  if (task >= parameters.tasks) { return; }
  let inner = parameters.inner;
  let length = parameters.length;
  let chunk = task / inner % parameters.chunks;
  let first = task / inner / parameters.chunks * length * inner + task % inner;
  let begin = chunk * parameters.chunkLength;
  let end = min(begin + parameters.chunkLength, length);
  var sum = InputValues();
#if carried
  if (chunk > 0) { sum = carries[task - inner]; }
#endif
#if byWorkgroup
  for (var tile = begin; tile < end; tile += 256) {
    var own: array<InputValues, 4>;
    var running = InputValues();
    for (var step = 0u; step < 4; step++) {
      let at = tile + 4 * thread + step;
      if (at < end) { running += loadInput(first + placeOf(at) * inner); }
      own[step] = running;
    }
    sums[thread] = running;
    for (var width = 1u; width < 64; width *= 2) {
      workgroupBarrier();
      var before = InputValues();
      if (thread >= width) { before = sums[thread - width]; }
      workgroupBarrier();
      sums[thread] += before;
    }
    workgroupBarrier();
#if !totals
    var offset = sum;
    if (thread > 0) { offset += sums[thread - 1]; }
    for (var step = 0u; step < 4; step++) {
      let at = tile + 4 * thread + step;
      if (at < end) { storeOutput(first + placeOf(at) * inner, OutputValues(offset + own[step])); }
    }
#endif
    sum += sums[63];
    workgroupBarrier();
  }
#if totals
  if (thread == 0) { totals[task] = sum; }
#endif
#else
  var part = InputValues();
  for (var step = begin; step < end; step++) {
    let place = placeOf(step);
    part += loadInput(first + place * inner);
#if !totals
    storeOutput(first + place * inner, OutputValues(sum + part));
#endif
    if (step % 64 == 63) {
      sum += part;
      part = InputValues();
    }
  }
#if totals
  totals[task] = sum + part;
#endif
#endif
}

fn placeOf(step: u32) -> u32 { return select(step, parameters.length - 1 - step, parameters.reversed != 0); }
