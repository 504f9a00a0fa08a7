// normalised = (sum - mean) * reciprocalStd;  scaled = gradOutput * weight
// gradSum = reciprocalStd * (scaled - average(scaled) - normalised * average(scaled * normalised)),
//   averages over the row
// gradInput = dropout'(gradSum), where there is dropout
//
// gradOutput, sum, gradSum, gradInput: [rows, columns]; weight: [columns]
// mean, reciprocalStd: f32[rows]
// Threads take vectors of rows as in rows.wgsl.
#include kernels/layerNorm/rows
#include kernels/layerNorm/rowTotal

struct Parameters { rows: u32, columns: u32, vectors: u32, site: u32, threshold: u32, keptScale: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
#include kernels/layerNorm/backwardArrays

@compute @workgroup_size(workgroupThreads)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let row = rowOf(workgroup.x + workgroup.y * workgroups.x, thread);
  if (row >= parameters.rows) { return; }
  let vectors = parameters.vectors;
  let columns = f32(parameters.columns);
  let rowMean = mean[row];
  let scale = reciprocalStd[row];

  var sums = Values(0.0);
  var products = Values(0.0);
  for (var vector = firstVectorOf(thread); vector < vectors; vector += rowThreads) {
    let index = row * vectors + vector;
    let scaled = loadGradOutput(index) * loadWeight(vector);
    sums += scaled;
    products += scaled * ((loadSum(index) - rowMean) * scale);
  }
  let meanScaled = rowTotal(totalOf(sums), thread) / columns;
  let meanProduct = rowTotal(totalOf(products), thread) / columns;
#if dropout
  let draws = rowDraws(row);
#endif

  for (var vector = firstVectorOf(thread); vector < vectors; vector += rowThreads) {
    let index = row * vectors + vector;
    let scaled = loadGradOutput(index) * loadWeight(vector);
    let normalised = (loadSum(index) - rowMean) * scale;
    let gradient = scale * (scaled - meanScaled - normalised * meanProduct);
    storeGradSum(index, gradient);
#if dropout
    storeGradInput(index, gradient * keptFactors(draws, vector));
#endif
  }
}
