// output = exp(input - max) / sum of exp(input - max) over each row
// logarithmic: output = input - max - log(sum)
//
// input, output: [rows, columns], read as vectors of four columns, or as single ones.
// One row a thread, 64 threads a workgroup, no barriers: for software adapters, and for few columns
// everywhere.
// keepsExponentials: output holds them in between, which it can in f32: an exponential takes longer
// than a store and a load.
//
// Any shift of a row gives the same softmax. The largest of its first sixteenth takes the place of
// max, which would be a walk of its own over the row. It can only be too small: a row that goes on
// to much larger numbers is gone through again, with its max.
#include wgsl/vectorTotals
#include wgsl/keepNan

struct Parameters { rows: u32, vectors: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> input: array<Input>;
@group(0) @binding(2) var<storage, read_write> output: array<Output>;

// How far above the shift the largest may be: an exponential is as exact as its argument, which
// rounds by 2^-24 of itself.
const furthest = 8.0;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let row = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  if (row >= parameters.rows) { return; }
  let first = row * parameters.vectors;
  let end = first + parameters.vectors;
  var firstLargests = Values(-3.402823e38);
  for (var index = first; index < first + (parameters.vectors + 15) / 16; index++) { firstLargests = max(firstLargests, loadInput(index)); }
  var shift = largestOf(firstLargests);
  var sum: f32;
  var distances: Values;
  var shiftIsLargest = false;
  loop {
    var largests = Values(shift);
    // Sums of 64 first, then the sum of those: rounding errors grow with 64 + vectors / 64.
    sum = 0;
    distances = Values(0.0);
    for (var begin = first; begin < end; begin += 64) {
      var part = Values(0.0);
      for (var index = begin; index < min(begin + 64, end); index++) {
        let value = loadInput(index);
        largests = max(largests, value);
        let below = value - shift;
        distances += below;
        let exponential = exp(below);
#if keepsExponentials
        storeOutput(index, exponential);
#endif
        part += exponential;
      }
      sum += totalOf(part);
    }
    let largest = largestOf(largests);
    // Ends whatever comparisons with NaN give.
    if (shiftIsLargest || largest - shift <= furthest) { break; }
    shift = largest;
    shiftIsLargest = true;
  }
  // A NaN of the row is in the distances, whatever its exponential is.
  sum = select(sum, notANumber(), isNan(totalOf(distances)));
  let logSum = logKeepingNan(sum);
  let reciprocal = 1 / sum;
  for (var index = first; index < end; index++) {
#if keepsExponentials
    storeOutput(index, loadOutput(index) * reciprocal);
#else
    let below = loadInput(index) - shift;
#if logarithmic
    storeOutput(index, below - logSum);
#else
    storeOutput(index, exp(below) * reciprocal);
#endif
#endif
  }
}
