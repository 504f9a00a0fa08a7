// partials[offset + thread] = sum of values[i]^2 over the thread's vectors, as a scaled sum; with
// tree, for GPUs, partials[offset + workgroup] that of the workgroup's
//
// values: f32[4 * vectors]; partials: vec2u[…] as scaledSum.wgsl stores them
// 128 vectors of four a thread, 64 threads a workgroup: thread t of workgroup w takes vectors
// w * 8192 + t / 8 * 1024 + t % 8 + {0, 8, 16, …}, in 8 sums of 16, so that at most 8 + 16 + 2
// roundings meet in one value. Eight neighbours, which a processor runs to their end together, go
// through memory in order. A second look at the vectors, with the values scaled, is taken only
// where squares could leave f32's range.
#include kernels/optimizer/gradientNorm/scaledSum
#if tree
#include kernels/optimizer/gradientNorm/scaledTree
#endif

struct Parameters { vectors: u32, offset: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> values: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> partials: array<vec2u>;

const ordinaryExponent = 40;

struct Share { squares: vec4f, largestBits: vec4u }

fn sumShare(first: u32, lane: u32, scale: f32) -> Share {
  var share = Share(vec4f(0.0), vec4u(0));
  let end = min(first + 1024, parameters.vectors);
  for (var begin = first + lane; begin < end; begin += 128) {
    var squares = vec4f(0.0);
    for (var index = begin; index < min(begin + 128, end); index += 8) {
      let value = values[index];
      share.largestBits = max(share.largestBits, bitcast<vec4u>(value) & vec4u(0x7fffffff));
      let scaled = value * scale;
      squares += scaled * scaled;
    }
    share.squares += squares;
  }
  return share;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let number = workgroup.x + workgroup.y * workgroups.x;
  let first = number * 8192 + thread / 8 * 1024;
  let lane = thread % 8;
  if (number * 8192 >= parameters.vectors) { return; }
  let share = sumShare(first, lane, 1.0);
  let pairs = max(share.largestBits.xy, share.largestBits.zw);
  let largestBits = max(pairs.x, pairs.y);
  var result = ScaledSum((share.squares.x + share.squares.y) + (share.squares.z + share.squares.w), 0);
  let exponent = clamp(i32(largestBits >> 23) - 127, lowestExponent, highestExponent);
  if (largestBits >= infinityBits) {
    result = ScaledSum(0.0, select(infinite, notNumber, largestBits > infinityBits));
  } else if (largestBits == 0) {
    result = ScaledSum(0.0, lowestExponent);
  } else if (abs(exponent) > ordinaryExponent) {
    let squares = sumShare(first, lane, powerOfTwo(-exponent)).squares;
    result = ScaledSum((squares.x + squares.y) + (squares.z + squares.w), exponent);
  }
#if tree
  let total = treeSum(result, thread);
  if (thread == 0) { partials[parameters.offset + number] = storedScaled(total); }
#else
  partials[parameters.offset + number * 64 + thread] = storedScaled(result);
#endif
}
