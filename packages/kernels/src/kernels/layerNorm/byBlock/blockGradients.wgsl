// Gradients of a layer norm over a block of rows, and the block's part of those of weight and bias:
//
// normalised = (sum - mean) * reciprocalStd;  scaled = gradOutput * weight
// gradSum = reciprocalStd * (scaled - average(scaled) - normalised * average(scaled * normalised)),
//   averages over the row
// gradInput = dropout'(gradSum), where the input was dropped; where the output was, gradOutput is
//   dropout'(gradOutput)
// partials[block, 0] = sum over the block's rows of gradOutput * normalised
// partials[block, 1] = sum over the block's rows of gradOutput
//
// gradOutput, sum, gradSum, gradInput: [rows, columns]; weight: [columns]
// mean, reciprocalStd: f32[rows]; partials: f32[blocks, 2, columns]
// A workgroup of 128 threads takes a block of rowsPerBlock rows, one after the other. A thread
// keeps to every 128th vector, vectorsEach of them, whose sums over the rows stay in registers, as
// does all of a row: it is read once.
#include kernels/layerNorm/rows

struct Parameters { rows: u32, columns: u32, vectors: u32, rowsPerBlock: u32, site: u32, threshold: u32, keptScale: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
#include kernels/layerNorm/backwardArrays
@group(0) @binding(next) var<storage, read_write> partials: array<Values>;

var<workgroup> totals: array<vec2f, rowThreads>;

@compute @workgroup_size(workgroupThreads)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let block = workgroup.x + workgroup.y * workgroups.x;
  let firstRow = block * parameters.rowsPerBlock;
  if (firstRow >= parameters.rows) { return; }
  let endRow = min(firstRow + parameters.rowsPerBlock, parameters.rows);
  let vectors = parameters.vectors;
  let columns = f32(parameters.columns);
  var weights: array<Values, vectorsEach>;
  var weightSums: array<Values, vectorsEach>;
  var biasSums: array<Values, vectorsEach>;
  for (var i = 0u; i < vectorsEach; i++) {
    if (thread + i * rowThreads < vectors) { weights[i] = loadWeight(thread + i * rowThreads); }
  }

  for (var row = firstRow; row < endRow; row++) {
    let rowMean = mean[row];
    let scale = reciprocalStd[row];
    var scaled: array<Values, vectorsEach>;
    var normalised: array<Values, vectorsEach>;
    var sums = Values(0.0);
    var products = Values(0.0);
#if dropout
    let draws = rowDraws(row);
#endif
    for (var i = 0u; i < vectorsEach; i++) {
      let vector = thread + i * rowThreads;
      if (vector < vectors) {
        let index = row * vectors + vector;
        var gradient = loadGradOutput(index);
#if dropsOutput
        gradient *= keptFactors(draws, vector);
#endif
        normalised[i] = (loadSum(index) - rowMean) * scale;
        scaled[i] = gradient * weights[i];
        sums += scaled[i];
        products += scaled[i] * normalised[i];
        weightSums[i] += gradient * normalised[i];
        biasSums[i] += gradient;
      }
    }
    let averages = rowTotals(vec2f(totalOf(sums), totalOf(products)), thread) / columns;
    for (var i = 0u; i < vectorsEach; i++) {
      let vector = thread + i * rowThreads;
      if (vector < vectors) {
        let gradient = scale * (scaled[i] - averages.x - normalised[i] * averages.y);
        storeGradSum(row * vectors + vector, gradient);
#if dropsInput
        storeGradInput(row * vectors + vector, gradient * keptFactors(draws, vector));
#endif
      }
    }
  }

  for (var i = 0u; i < vectorsEach; i++) {
    let vector = thread + i * rowThreads;
    if (vector < vectors) {
      partials[2 * block * vectors + vector] = weightSums[i];
      partials[(2 * block + 1) * vectors + vector] = biasSums[i];
    }
  }
}

fn rowTotals(values: vec2f, thread: u32) -> vec2f {
  totals[thread] = values;
  workgroupBarrier();
  for (var half = rowThreads / 2; half > 0; half /= 2) {
    if (thread < half) { totals[thread] += totals[thread + half]; }
    workgroupBarrier();
  }
  let total = totals[0];
  workgroupBarrier();
  return total;
}
