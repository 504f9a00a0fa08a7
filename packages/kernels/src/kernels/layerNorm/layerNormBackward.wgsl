// normalised = (sum - mean) * reciprocalStd;  scaled = gradOutput * weight
// gradSum = reciprocalStd * (scaled - average(scaled) - normalised * average(scaled * normalised)), averages over the row
// gradInput = dropout'(gradSum), where it is asked for
//
// gradOutput, sum, gradSum, gradInput: [rows, columns]; weight: [columns]; mean, reciprocalStd: f32[rows]
// In front: load and store functions of the arrays, wide or narrow.wgsl (vectors of four columns or single ones: groups), rowPerInvocation
// or workgroupPerRow.wgsl (threads to rows), gradInput.wgsl with dropped.wgsl or noGradInput.wgsl, and the arrays.

struct Parameters { rows: u32, columns: u32, groups: u32, site: u32, threshold: u32, keptScale: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;

@compute @workgroup_size(select(rowThreads, 16, rowThreads == 1))
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let row = rowOf(workgroup.x + workgroup.y * workgroups.x, thread);
  if (row >= parameters.rows) { return; }
  let groups = parameters.groups;
  let columns = f32(parameters.columns);
  let rowMean = mean[row];
  let scale = reciprocalStd[row];

  var sums = Values(0.0);
  var products = Values(0.0);
  for (var group = firstGroupOf(thread); group < groups; group += rowThreads) {
    let index = row * groups + group;
    let scaled = loadGradOutput(index) * loadWeight(group);
    sums += scaled;
    products += scaled * ((loadSum(index) - rowMean) * scale);
  }
  let meanScaled = rowTotal(total(sums), thread) / columns;
  let meanProduct = rowTotal(total(products), thread) / columns;
  let draws = rowDraws(row);

  for (var group = firstGroupOf(thread); group < groups; group += rowThreads) {
    let index = row * groups + group;
    let scaled = loadGradOutput(index) * loadWeight(group);
    let normalised = (loadSum(index) - rowMean) * scale;
    let gradient = scale * (scaled - meanScaled - normalised * meanProduct);
    storeGradSum(index, gradient);
    writeGradInput(row, group, draws, gradient);
  }
}
