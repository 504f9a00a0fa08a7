// output = numbers of the elements of each row in order, runs of width merged two by two
//
// input: [outer, length, inner]; runs, output: i32[outer, length, inner]; rankRuns.wgsl or
// sortRuns.wgsl makes the first runs, of at least `share` elements. Equal elements keep their
// order. A thread merges `share` places of a pair of runs, 64 threads a workgroup: it finds by
// bisection how many of those before its places are of the first run, then takes the lesser of two
// elements at a time, which lie next to those before them.
#include kernels/argSort/order

struct Parameters { shares: u32, length: u32, inner: u32, width: u32, sharesOfRow: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> input: array<Input>;
@group(0) @binding(next) var<storage, read> runs: array<i32>;
@group(0) @binding(next) var<storage, read_write> output: array<i32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let index = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  if (index >= parameters.shares) { return; }
  let inner = parameters.inner;
  let length = parameters.length;
  let row = index / inner / parameters.sharesOfRow;
  let base = row * length * inner + index % inner;
  let begin = index / inner % parameters.sharesOfRow * share;
  let pair = begin / (2 * parameters.width) * 2 * parameters.width;
  let middle = min(pair + parameters.width, length);
  let end = min(middle + parameters.width, length);
  // Of the places before `begin`, those that the first run has lie between these.
  var low = pair + select(0u, begin - pair - (end - middle), begin - pair > end - middle);
  var high = min(begin, middle);
  while (low < high) {
    let candidate = (low + high) / 2;
    let opposite = middle + (begin - 1 - candidate);
    if (orderAt(base, candidate) <= orderAt(base, opposite)) { low = candidate + 1; } else { high = candidate; }
  }
  var first = low;
  var second = middle + (begin - low);
  var firstNumber = numberAt(base, min(first, length - 1));
  var secondNumber = numberAt(base, min(second, length - 1));
  var firstOrder = orderOf(loadInput(base + u32(firstNumber) * inner));
  var secondOrder = orderOf(loadInput(base + u32(secondNumber) * inner));
  for (var place = begin; place < min(begin + share, end); place++) {
    let takesFirst = first < middle && (second >= end || firstOrder <= secondOrder);
    output[base + place * inner] = select(secondNumber, firstNumber, takesFirst);
    let next = select(second, first, takesFirst) + 1;
    let number = numberAt(base, min(next, length - 1));
    let order = orderOf(loadInput(base + u32(number) * inner));
    if (takesFirst) {
      first = next;
      firstNumber = number;
      firstOrder = order;
    } else {
      second = next;
      secondNumber = number;
      secondOrder = order;
    }
  }
}

fn numberAt(base: u32, place: u32) -> i32 { return runs[base + place * parameters.inner]; }

fn orderAt(base: u32, place: u32) -> u32 {
  return orderOf(loadInput(base + u32(numberAt(base, place)) * parameters.inner));
}
