// output = exp(input - max) / sum of exp(input - max) over each row
// logarithmic: output = input - max - log(sum)
//
// input, output: [rows, columns], read as vectors of four columns, or as single ones.
// A workgroup is one subgroup of `lanes` and takes eight rows, one after the other; lane l takes
// vectors l, l + lanes, … A row is read and written once: in between its lanes hold it in
// registers, `vectorsPerLane` each, at least vectors / lanes.
enable subgroups;
#include wgsl/vectorTotals
#include wgsl/keepNan

struct Parameters { rows: u32, vectors: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> input: array<Input>;
@group(0) @binding(2) var<storage, read_write> output: array<Output>;

const lowest = -3.402823e38;

@compute @workgroup_size(lanes)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let vectors = parameters.vectors;
  let firstRow = (workgroup.x + workgroup.y * workgroups.x) * 8;
  for (var row = firstRow; row < min(firstRow + 8, parameters.rows); row++) {
    let first = row * vectors;
    var values: array<Values, vectorsPerLane>;
    var largests = Values(lowest);
    for (var i = 0u; i < vectorsPerLane; i++) {
      let vector = i * lanes + lane;
      values[i] = select(Values(lowest), loadInput(first + min(vector, vectors - 1)), vector < vectors);
      largests = max(largests, values[i]);
    }
    let largest = subgroupMax(largestOf(largests));
    var sums = Values(0.0);
    var largestBits = Bits(0);
    for (var i = 0u; i < vectorsPerLane; i++) {
      let below = values[i] - largest;
      largestBits = max(largestBits, bitsOf(below));
      let exponential = select(Values(0.0), exp(below), i * lanes + lane < vectors);
      sums += exponential;
#if !logarithmic
      values[i] = exponential;
#endif
    }
    let sum = subgroupAdd(sumKeepingNan(totalOf(sums), largestBitsOf(largestBits)));
    let logSum = logKeepingNan(sum);
    let reciprocal = 1 / sum;
    for (var i = 0u; i < vectorsPerLane; i++) {
      let vector = i * lanes + lane;
#if logarithmic
      if (vector < vectors) { storeOutput(first + vector, values[i] - largest - logSum); }
#else
      if (vector < vectors) { storeOutput(first + vector, values[i] * reciprocal); }
#endif
    }
  }
}
