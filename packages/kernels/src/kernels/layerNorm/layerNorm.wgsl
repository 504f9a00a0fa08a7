// sum = residual + dropout(input);  mean = average of sum;  reciprocalStd = 1 / sqrt(average of (sum - mean)^2 + epsilon)
// output[c] = (sum[c] - mean) * reciprocalStd * weight[c] + bias[c]
//
// input, residual, sum, output: [rows, columns]; weight, bias: [columns]; mean, reciprocalStd: f32[rows]
// In front: load and store functions of the arrays, wide or narrow.wgsl (vectors of four columns or single ones: groups), rowPerInvocation
// or workgroupPerRow.wgsl (threads to rows), residual or noResidual.wgsl, dropped or notDropped.wgsl, saved or unsaved.wgsl, the arrays,
// and const rowsEach: rows of a thread, or of a workgroup, that share what is loaded of weight and bias.
// The mean is found in two steps, so that a large offset does not spoil it: first roughly, from the first eighth of the row, then by the
// average distance from that. The mean of an eighth is never farther than sqrt(7) standard deviations from the mean of all, however the
// values lie, so that little cancels in the variance.

struct Parameters { rows: u32, columns: u32, groups: u32, site: u32, threshold: u32, keptScale: f32, epsilon: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;

@compute @workgroup_size(select(rowThreads, 16, rowThreads == 1))
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let firstRow = rowOf(workgroup.x + workgroup.y * workgroups.x, thread) * rowsEach;
  if (firstRow >= parameters.rows) { return; }
  let endRow = min(firstRow + rowsEach, parameters.rows);
  let groups = parameters.groups;
  let columns = f32(parameters.columns);
  let eighth = (groups + 7) / 8;
  var means: array<f32, rowsEach>;
  var scales: array<f32, rowsEach>;

  for (var row = firstRow; row < endRow; row++) {
    let draws = rowDraws(row);
    var sums = Values(0.0);
    for (var group = firstGroupOf(thread); group < eighth; group += rowThreads) { sums += firstRead(row, group, draws); }
    let roughMean = rowTotal(total(sums), thread) / (f32(eighth) * columns / f32(groups));

    var distances = Values(0.0);
    var squares = Values(0.0);
    var group = firstGroupOf(thread);
    for (; group < eighth; group += rowThreads) {
      let distance = readAgain(row * groups + group) - roughMean;
      distances += distance;
      squares += distance * distance;
    }
    for (; group < groups; group += rowThreads) {
      let distance = firstRead(row, group, draws) - roughMean;
      distances += distance;
      squares += distance * distance;
    }
    let meanDistance = rowTotal(total(distances), thread) / columns;
    let variance = max(0.0, rowTotal(total(squares), thread) / columns - meanDistance * meanDistance);
    means[row - firstRow] = roughMean + meanDistance;
    scales[row - firstRow] = inverseSqrt(variance + parameters.epsilon);
  }

  for (var group = firstGroupOf(thread); group < groups; group += rowThreads) {
    let weights = loadWeight(group);
    let biases = loadBias(group);
    for (var number = 0u; number < rowsEach; number++) {
      let row = firstRow + number;
      if (row >= endRow) { break; }
      let index = row * groups + group;
      storeOutput(index, (readAgain(index) - means[number]) * scales[number] * weights + biases);
    }
  }
  if (firstGroupOf(thread) == 0) {
    for (var row = firstRow; row < endRow; row++) {
      mean[row] = means[row - firstRow];
      reciprocalStd[row] = scales[row - firstRow];
    }
  }
}
