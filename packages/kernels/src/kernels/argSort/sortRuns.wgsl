// output = numbers of the elements of each row, sorted within runs of runLength elements
//
// input: [outer, length, inner]; output: i32[outer, length, inner]. Equal elements keep their
// order: pairs of a value's order and its number are sorted, of which no two are equal.
// 256 elements a workgroup of 64 threads, in 256 / runLength runs: a bitonic network in its memory.
#include kernels/argSort/order

struct Parameters { runs: u32, length: u32, inner: u32, runsOfRow: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> input: array<Input>;
@group(0) @binding(next) var<storage, read_write> output: array<i32>;

var<workgroup> pairs: array<vec2u, 256>;

// Where a run's elements lie: its first place in the row, and the row.
struct Run { begin: u32, base: u32 }

fn runOf(number: u32) -> Run {
  let row = number / parameters.inner / parameters.runsOfRow;
  let begin = number / parameters.inner % parameters.runsOfRow * runLength;
  return Run(begin, row * parameters.length * parameters.inner + number % parameters.inner);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let firstRun = (workgroup.x + workgroup.y * workgroups.x) * (256 / runLength);
  for (var slot = thread; slot < 256; slot += 64) {
    let number = firstRun + slot / runLength;
    let run = runOf(number);
    let place = run.begin + slot % runLength;
    // Behind the end: greater than all, as its place is.
    var pair = vec2u(0xffffffffu, place);
    if (number < parameters.runs && place < parameters.length) {
      pair.x = orderOf(loadInput(run.base + place * parameters.inner));
    }
    pairs[slot] = pair;
  }
  for (var size = 2u; size <= runLength; size *= 2) {
    for (var distance = size / 2; distance > 0; distance /= 2) {
      workgroupBarrier();
      for (var index = thread; index < 128; index += 64) {
        let low = 2 * index - (index & (distance - 1));
        let high = low + distance;
        let a = pairs[low];
        let b = pairs[high];
        let isGreater = a.x > b.x || (a.x == b.x && a.y > b.y);
        // The last round sorts every run upwards, whichever it is.
        if (isGreater == ((low & size & (runLength - 1)) == 0)) {
          pairs[low] = b;
          pairs[high] = a;
        }
      }
    }
  }
  workgroupBarrier();
  for (var slot = thread; slot < 256; slot += 64) {
    let number = firstRun + slot / runLength;
    let run = runOf(number);
    let place = run.begin + slot % runLength;
    if (number < parameters.runs && place < parameters.length) {
      output[run.base + place * parameters.inner] = i32(pairs[slot].y);
    }
  }
}
