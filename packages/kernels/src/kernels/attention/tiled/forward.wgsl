// The same as byRow/forward.wgsl.
//
// Tiles in workgroup memory, 64 invocations a workgroup: workgroup (x, y, z) has rows x * tileRows
// on of sequence y, head z.
// Loops over a tile end at the parameter tileKeys, which is the same: unrolled, they would take a
// software adapter most of a minute to compile.
// In weights, a negative number is a probability that was dropped: it counts for the sum, not for
// the output.
#include kernels/attention/pairs/pairs
#include kernels/attention/tiled/workgroupTile

const items = tileRows * maxChunks / 64;
var<workgroup> queryTile: array<Values, tileRows * maxChunks>;
var<workgroup> streamTile: array<Values, tileKeys * maxChunks>;
var<workgroup> weights: array<f32, tileRows * tileKeys>;
var<workgroup> maxima: array<f32, tileRows>;
var<workgroup> corrections: array<f32, tileRows>;
var<workgroup> sums: array<f32, tileRows>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) thread: u32) {
  let endRow = endOfSequence(workgroup.y);
  let firstKey = cuSeqlens[workgroup.y];
  let firstRow = firstKey + workgroup.x * tileRows;
  if (firstRow >= endRow) { return; }
  let head = workgroup.z;
  let stream = pairStream();
  var weighted: array<Values, items>;
  for (var i = thread; i < tileRows * maxChunks; i += 64) { queryTile[i] = tileQuery(firstRow, endRow, head, i); }
  if (thread < tileRows) {
    maxima[thread] = -3.0e38;
    sums[thread] = 0.0;
  }

  for (var first = firstKey; first < endRow; first += tileKeys) {
    for (var i = thread; i < tileKeys * maxChunks; i += 64) { streamTile[i] = tileKey(first, endRow, head, i); }
    workgroupBarrier();
    for (var i = thread; i < tileRows * tileKeys; i += 64) {
      let row = i / tileKeys;
      let column = i % tileKeys;
      var score = 0.0;
      for (var chunk = 0u; chunk < parameters.chunks; chunk++) {
        score += product(queryTile[row * maxChunks + chunk], streamTile[column * maxChunks + chunk]);
      }
      weights[i] = select(-3.0e38, score * parameters.scale, first + column < endRow);
    }
    workgroupBarrier();
    if (thread < tileRows) {
      var maximum = maxima[thread];
      for (var column = 0u; column < parameters.tileKeys; column++) { maximum = max(maximum, weights[thread * tileKeys + column]); }
      corrections[thread] = exp(maxima[thread] - maximum);
      maxima[thread] = maximum;
    }
    for (var i = thread; i < tileKeys * maxChunks; i += 64) { streamTile[i] = tileValue(first, endRow, head, i); }
    workgroupBarrier();
    for (var i = thread; i < tileRows * tileKeys; i += 64) {
      let row = i / tileKeys;
      let weight = expKeepingNan(weights[i] - maxima[row]);
      let factor = keptFactor(stream, tokenKeyOf(min(firstRow + row, endRow - 1)), positionOf(min(first + i % tileKeys, endRow - 1)), head);
      weights[i] = select(-weight, weight, factor > 0.0);
    }
    workgroupBarrier();
    if (thread < tileRows) {
      var sum = sums[thread] * corrections[thread];
      for (var column = 0u; column < parameters.tileKeys; column++) { sum += abs(weights[thread * tileKeys + column]); }
      sums[thread] = sum;
    }
    for (var i = 0u; i < items; i++) {
      let place = thread + i * 64;
      let row = place / maxChunks;
      let chunk = place % maxChunks;
      var total = weighted[i] * corrections[row];
      for (var column = 0u; column < parameters.tileKeys; column++) {
        total += max(0.0, weights[row * tileKeys + column]) * streamTile[column * maxChunks + chunk];
      }
      weighted[i] = total;
    }
    workgroupBarrier();
  }

  for (var i = 0u; i < items; i++) {
    let place = thread + i * 64;
    let tileRow = place / maxChunks;
    let row = firstRow + tileRow;
    let chunk = place % maxChunks;
    if (row < endRow && chunk < parameters.chunks) {
      setOutput(row, head, chunk, weighted[i] * (parameters.keptScale / sums[tileRow]));
    }
  }
  if (thread < tileRows && firstRow + thread < endRow) {
    logSumExp[(firstRow + thread) * parameters.numHeads + head] = maxima[thread] + logKeepingNan(sums[thread]);
  }
}
