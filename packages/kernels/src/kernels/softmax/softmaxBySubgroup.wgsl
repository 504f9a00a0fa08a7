// output = exp(input - max) / sum of exp(input - max) over each row;  logarithmic: output = input - max - log(sum)
//
// input, output: [rows, columns], of which groups are read: vectors of four columns, or single ones. In front: their load and store
// functions, `const logarithmic`, wide or narrow.wgsl, and `const lanes, held`: the size of a subgroup, and how many groups each of its
// lanes holds of a row, at least groups / lanes.
// A workgroup is one subgroup and takes eight rows, one after the other; lane l takes groups l, l + lanes, … A row is read and written
// once: in between its lanes hold it in registers.

struct Parameters { rows: u32, groups: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> input: array<Input>;
@group(0) @binding(2) var<storage, read_write> output: array<Output>;

const lowest = -3.402823e38;

@compute @workgroup_size(lanes)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let groups = parameters.groups;
  let firstRow = (workgroup.x + workgroup.y * workgroups.x) * 8;
  for (var row = firstRow; row < min(firstRow + 8, parameters.rows); row++) {
    let first = row * groups;
    var values: array<Values, held>;
    var largests = Values(lowest);
    for (var i = 0u; i < held; i++) {
      let group = i * lanes + lane;
      values[i] = select(Values(lowest), loadInput(first + min(group, groups - 1)), group < groups);
      largests = max(largests, values[i]);
    }
    let largest = subgroupMax(largestOf(largests));
    var sums = Values(0.0);
    for (var i = 0u; i < held; i++) {
      let exponential = select(Values(0.0), exp(values[i] - largest), i * lanes + lane < groups);
      sums += exponential;
      if (!logarithmic) { values[i] = exponential; }
    }
    let sum = subgroupAdd(totalOf(sums));
    let logSum = log(sum);
    let reciprocal = 1 / sum;
    for (var i = 0u; i < held; i++) {
      let group = i * lanes + lane;
      if (group < groups) { storeOutput(first + group, select(values[i] * reciprocal, values[i] - largest - logSum, logarithmic)); }
    }
  }
}
