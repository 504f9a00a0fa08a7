// output = exp(input - max) / sum of exp(input - max) over each row;  logarithmic: output = input - max - log(sum)
//
// input, output: [rows, columns], of which groups are read: vectors of four columns, or single ones. In front: their load and store
// functions, `const logarithmic`, `const keepsExponentials` (output holds them in between, which it can in f32: an exponential takes longer
// than a store and a load), and wide or narrow.wgsl.
// One row a thread, 64 threads a workgroup, no barriers: for software adapters, and for few columns everywhere.

struct Parameters { rows: u32, groups: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> input: array<Input>;
@group(0) @binding(2) var<storage, read_write> output: array<Output>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let row = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  if (row >= parameters.rows) { return; }
  let first = row * parameters.groups;
  let end = first + parameters.groups;
  var largests = Values(-3.402823e38);
  for (var index = first; index < end; index++) { largests = max(largests, loadInput(index)); }
  let largest = largestOf(largests);
  // Sums of 64 first, then the sum of those: rounding errors grow with 64 + groups / 64, not with groups.
  var sum = 0.0;
  for (var begin = first; begin < end; begin += 64) {
    var part = Values(0.0);
    for (var index = begin; index < min(begin + 64, end); index++) {
      let exponential = exp(loadInput(index) - largest);
      if (keepsExponentials) { storeOutput(index, exponential); }
      part += exponential;
    }
    sum += totalOf(part);
  }
  let logSum = log(sum);
  for (var index = first; index < end; index++) {
    if (keepsExponentials) {
      storeOutput(index, loadOutput(index) / sum);
    } else {
      let below = loadInput(index) - largest;
      if (logarithmic) { storeOutput(index, below - logSum); } else { storeOutput(index, exp(below) / sum); }
    }
  }
}
