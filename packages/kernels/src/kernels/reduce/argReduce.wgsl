// output[o, p, i] = number k of the greatest or least of input[o, k, i], the first of several,
//   among k = p, p + parts, …; or among the k that candidates[o, k, i] holds there
//
// input: [outer, length, inner]; candidates: i32[outer, candidatesPerRow, inner], where there are;
// output: i32[outer, parts, inner]
// A NaN is both greatest and least, as in torch.argmax and torch.argmin; -0 equals 0. Floats are
// compared by their bits, because comparisons with NaN may give anything; whole numbers exactly.
// One result a thread, 64 threads a workgroup.

struct Parameters { outputs: u32, parts: u32, length: u32, inner: u32, places: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> input: array<Input>;
#if chosen
@group(0) @binding(next) var<storage, read> candidates: array<i32>;
#endif
@group(0) @binding(next) var<storage, read_write> output: array<i32>;

// Grows with the value, or falls where the least is sought.
fn orderOf(value: InputValues) -> u32 {
#if floats
  let bits = bitcast<u32>(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) { return 0xffffffffu; }
  let order = select(bits | 0x80000000u, ~bits, (bits & 0x80000000u) != 0u && bits != 0x80000000u);
#else
#if signed
  let order = bitcast<u32>(value) ^ 0x80000000u;
#else
  let order = value;
#endif
#endif
#if least
  return ~order;
#else
  return order;
#endif
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let index = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  if (index >= parameters.outputs) { return; }
  let inner = parameters.inner;
  let column = index % inner;
  let part = index / inner % parameters.parts;
  let row = index / inner / parameters.parts;
  let first = row * parameters.length * inner + column;
#if chosen
  var best = 0xffffffffu;
#else
  var best = part;
#endif
  var order = 0u;
  for (var place = part; place < parameters.places; place += parameters.parts) {
#if chosen
    let number = u32(candidates[(row * parameters.places + place) * inner + column]);
#else
    let number = place;
#endif
    let other = orderOf(loadInput(first + number * inner));
    var better = other > order;
#if chosen
    better = better || (other == order && number < best);
#endif
    if (better) {
      best = number;
      order = other;
    }
  }
  output[index] = i32(best);
}
