// output[o, p, i] = number k of the greatest or least of input[o, k, i], the first of several,
//   among k = p, p + parts, …; or among the k that candidates[o, k, i] holds there
//
// input: [outer, length, inner]; candidates: i32[outer, candidatesPerRow, inner], where there are;
// output: i32[outer, parts, inner]
// A NaN is both greatest and least, as in torch.argmax and torch.argmin; -0 equals 0. Floats are
// compared by their bits, because comparisons with NaN may give anything; whole numbers exactly.
// One result a thread, or four that lie side by side (`vectors`), or one from vectors of four
// neighbours along its row (`alongRow`). Rows, columns and places are counted in elements, or in
// vectors; workgroups have `threads`.

struct Parameters { outputs: u32, parts: u32, rowLength: u32, inner: u32, places: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> input: array<Input>;
#if chosen
@group(0) @binding(next) var<storage, read> candidates: array<i32>;
#endif
@group(0) @binding(next) var<storage, read_write> output: array<Output>;

#if vectors
alias Words = vec4u;
#else
alias Words = u32;
#endif

// Grows with the value, or falls where the least is sought.
fn orderOf(value: InputValues) -> Words {
  let bits = bitcast<Words>(value);
  let sign = Words(0x80000000u);
#if floats
  let isNegative = ((bits & sign) != Words(0)) & (bits != sign);
  let order = select(bits | sign, ~bits, isNegative);
  let isNan = (bits & Words(0x7fffffffu)) > Words(0x7f800000u);
#else
#if signed
  let order = bits ^ sign;
#else
  let order = bits;
#endif
#endif
#if least
  let sought = ~order;
#else
  let sought = order;
#endif
#if floats
  return select(sought, Words(0xffffffffu), isNan);
#else
  return sought;
#endif
}

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let index = (workgroup.x + workgroup.y * workgroups.x) * threads + thread;
  if (index >= parameters.outputs) { return; }
  let inner = parameters.inner;
  let column = index % inner;
  let part = index / inner % parameters.parts;
  let row = index / inner / parameters.parts;
  let first = row * parameters.rowLength + column;
  var order = Words(0);
#if chosen
  var best = 0xffffffffu;
  for (var place = part; place < parameters.places; place += parameters.parts) {
    let number = u32(candidates[(row * parameters.places + place) * inner + column]);
    let other = orderOf(loadInput(first + number * inner));
    if (other > order || (other == order && number < best)) {
      best = number;
      order = other;
    }
  }
#else
  var best = Words(part);
  for (var place = part; place < parameters.places; place += parameters.parts) {
    let other = orderOf(loadInput(first + place * inner));
    best = select(best, Words(place), other > order);
    order = max(order, other);
  }
#endif
#if alongRow
  best = 4 * best + Words(0, 1, 2, 3);
  var number = best.x;
  for (var lane = 1u; lane < 4; lane++) {
    if (order[lane] > order.x || (order[lane] == order.x && best[lane] < number)) {
      number = best[lane];
      order.x = order[lane];
    }
  }
  storeOutput(index, i32(number));
#else
  storeOutput(index, OutputValues(best));
#endif
}
