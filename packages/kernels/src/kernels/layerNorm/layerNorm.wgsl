// sum = residual + dropout(input)
// mean = average of sum;  reciprocalStd = 1 / sqrt(average of (sum - mean)^2 + epsilon)
// output[c] = (sum[c] - mean) * reciprocalStd * weight[c] + bias[c], or dropout of that
// half = output, in f16
//
// input, residual, sum, output, half: [rows, columns]; weight, bias: [columns]
// mean, reciprocalStd: f32[rows]
// With tables the input is a sum of their rows, which is declared in embeddedRows.ts beside
// embeddingSum.
// Threads take vectors of rows as in rows.wgsl; `rowsEach` rows, one after the other, share what is
// loaded of weight and bias.
//
// The mean is found in two steps, so that a large offset does not spoil it: first roughly, from the
// first eighth of the row, then by the average distance from that. The mean of an eighth is never
// farther than sqrt(7) standard deviations from that of all, so little cancels in the variance.
#include kernels/layerNorm/rows
#include kernels/layerNorm/rowTotal

#if !tables
struct Parameters { rows: u32, columns: u32, vectors: u32, site: u32, threshold: u32, keptScale: f32, epsilon: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> input: array<Input>;
#endif
#if residual
@group(0) @binding(next) var<storage, read> residual: array<Residual>;
#endif
@group(0) @binding(next) var<storage, read> weight: array<Weight>;
@group(0) @binding(next) var<storage, read> bias: array<Bias>;
#if dropout
@group(0) @binding(next) var<storage, read> tokenKeys: array<u32>;
@group(0) @binding(next) var<storage, read> random: array<vec4u>;
#endif
@group(0) @binding(next) var<storage, read_write> output: array<Output>;
#if half
@group(0) @binding(next) var<storage, read_write> half: array<Half>;
#endif
#if sum
@group(0) @binding(next) var<storage, read_write> sum: array<Sum>;
#endif
@group(0) @binding(next) var<storage, read_write> mean: array<f32>;
@group(0) @binding(next) var<storage, read_write> reciprocalStd: array<f32>;

@compute @workgroup_size(workgroupThreads)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let firstRow = rowOf(workgroup.x + workgroup.y * workgroups.x, thread) * rowsEach;
  if (firstRow >= parameters.rows) { return; }
  let endRow = min(firstRow + rowsEach, parameters.rows);
  let vectors = parameters.vectors;
  let columns = f32(parameters.columns);
  let eighth = (vectors + 7) / 8;
  var means: array<f32, rowsEach>;
  var scales: array<f32, rowsEach>;

  for (var row = firstRow; row < endRow; row++) {
#if dropsInput
    let draws = rowDraws(row);
#else
    let draws = vec4u();
#endif
    var sums = Values(0.0);
    for (var vector = firstVectorOf(thread); vector < eighth; vector += rowThreads) { sums += firstRead(row, vector, draws); }
    let roughMean = rowTotal(totalOf(sums), thread) / (f32(eighth) * columns / f32(vectors));

    var distances = Values(0.0);
    var squares = Values(0.0);
    var vector = firstVectorOf(thread);
    for (; vector < eighth; vector += rowThreads) {
      let distance = readAgain(row * vectors + vector) - roughMean;
      distances += distance;
      squares += distance * distance;
    }
    for (; vector < vectors; vector += rowThreads) {
      let distance = firstRead(row, vector, draws) - roughMean;
      distances += distance;
      squares += distance * distance;
    }
    let meanDistance = rowTotal(totalOf(distances), thread) / columns;
    let difference = rowTotal(totalOf(squares), thread) / columns - meanDistance * meanDistance;
    // Not max(): a row with an infinity has the variance NaN, which must stay.
    let variance = select(difference, 0.0, difference < 0.0);
    means[row - firstRow] = roughMean + meanDistance;
    scales[row - firstRow] = inverseSqrt(variance + parameters.epsilon);
  }

  for (var vector = firstVectorOf(thread); vector < vectors; vector += rowThreads) {
    let weights = loadWeight(vector);
    let biases = loadBias(vector);
    for (var number = 0u; number < rowsEach; number++) {
      let row = firstRow + number;
      if (row >= endRow) { break; }
      let index = row * vectors + vector;
      var value = (readAgain(index) - means[number]) * scales[number] * weights + biases;
#if dropsOutput
      value *= keptFactors(rowDraws(row), vector);
#endif
      storeOutput(index, value);
#if half
      storeHalf(index, value);
#endif
    }
  }
  if (firstVectorOf(thread) == 0) {
    for (var row = firstRow; row < endRow; row++) {
      mean[row] = means[row - firstRow];
      reciprocalStd[row] = scales[row - firstRow];
    }
  }
}

// What is normalised: computed and written to `sum` once, and read from there afterwards; or the
// input itself.
fn firstRead(row: u32, vector: u32, draws: vec4u) -> Values {
  let index = row * parameters.vectors + vector;
#if tables
  var value = tableSum(tableRows(row), vector);
#else
  var value = loadInput(index);
#endif
#if dropsInput
  value *= keptFactors(draws, vector);
#endif
#if residual
  value = loadResidual(index) + value;
#endif
#if sum
  storeSum(index, value);
#endif
  return value;
}

fn readAgain(index: u32) -> Values {
#if sum
  return loadSum(index);
#else
  return loadInput(index);
#endif
}
