// The same as byRow/forward.wgsl.
//
// Tiles in workgroup memory, 64 invocations a workgroup: workgroup (x, y, z) has rows x * tileRows
// on of sequence y, head z. `lanes` neighbouring invocations share a row: each has every lanes-th
// group of four keys of it, its part of the sum, and a copy of its maximum.
// Loops over a tile end at the parameter tileKeys, which is the same: unrolled, they would take a
// software adapter most of a minute to compile.
#include kernels/attention/pairs/pairs
#include kernels/attention/tiled/workgroupTile

const items = tileRows * maxChunks / 64;
const lanes = 64 / tileRows;
const fours = tileKeys / 4;
// Fours of a row of weights, and one that is not used, for the reason of rowStride.
const paddedFours = fours + 1;
var<workgroup> queryTile: array<Values, tileRows * rowStride>;
var<workgroup> streamTile: array<Values, tileKeys * rowStride>;
var<workgroup> weights: array<f32, 4 * tileRows * paddedFours>;
var<workgroup> partial: array<f32, 64>;
var<workgroup> corrections: array<f32, tileRows>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) thread: u32) {
  let endRow = endOfSequence(workgroup.y);
  let firstKey = cuSeqlens[workgroup.y];
  let firstRow = firstKey + workgroup.x * tileRows;
  if (firstRow >= endRow) { return; }
  let head = workgroup.z;
  let stream = pairStream();
  let ownRow = thread / lanes;
  let lane = thread % lanes;
  let queryKey = tokenKeyOf(min(firstRow + ownRow, endRow - 1));
  var weighted: array<Values, items>;
  var maximum = -3.0e38;
  var sum = 0.0;
  for (var i = thread; i < tileRows * maxChunks; i += 64) { queryTile[placeInTile(i)] = tileQuery(firstRow, endRow, head, i); }

  for (var first = firstKey; first < endRow; first += tileKeys) {
    for (var i = thread; i < tileKeys * maxChunks; i += 64) { streamTile[placeInTile(i)] = tileKey(first, endRow, head, i); }
    workgroupBarrier();
    for (var i = thread; i < tileRows * tileKeys; i += 64) {
      let row = i / tileKeys;
      let column = i % tileKeys;
      var score = 0.0;
      for (var chunk = 0u; chunk < parameters.chunks; chunk++) {
        score += product(queryTile[row * rowStride + chunk], streamTile[column * rowStride + chunk]);
      }
      weights[4 * row * paddedFours + column] = select(-3.0e38, score * parameters.scale, first + column < endRow);
    }
    workgroupBarrier();
    var highest = maximum;
    for (var four = lane; four < fours; four += lanes) {
      let scores = fourWeights(4 * (ownRow * paddedFours + four));
      highest = max(highest, max(max(scores.x, scores.y), max(scores.z, scores.w)));
    }
    partial[thread] = highest;
    for (var i = thread; i < tileKeys * maxChunks; i += 64) { streamTile[placeInTile(i)] = tileValue(first, endRow, head, i); }
    workgroupBarrier();
    for (var other = 0u; other < lanes; other++) { highest = max(highest, partial[ownRow * lanes + other]); }
    let correction = exp(maximum - highest);
    maximum = highest;
    sum *= correction;
    if (lane == 0) { corrections[ownRow] = correction; }
    for (var four = lane; four < fours; four += lanes) {
      let place = 4 * (ownRow * paddedFours + four);
      let exponentials = fourExpKeepingNan(fourWeights(place) - maximum);
      sum += (exponentials.x + exponentials.y) + (exponentials.z + exponentials.w);
      let kept = exponentials * fourFactors(stream, queryKey, fourPositions(first + 4 * four, endRow - 1), head);
      weights[place] = kept.x;
      weights[place + 1] = kept.y;
      weights[place + 2] = kept.z;
      weights[place + 3] = kept.w;
    }
    workgroupBarrier();
    for (var i = 0u; i < items; i++) {
      let place = thread + i * 64;
      let row = place / maxChunks;
      let chunk = place % maxChunks;
      var total = weighted[i] * corrections[row];
      for (var column = 0u; column < parameters.tileKeys; column++) {
        total += weights[4 * row * paddedFours + column] * streamTile[column * rowStride + chunk];
      }
      weighted[i] = total;
    }
    workgroupBarrier();
  }

  partial[thread] = sum;
  workgroupBarrier();
  if (lane == 0) {
    var total = 0.0;
    for (var other = 0u; other < lanes; other++) { total += partial[thread + other]; }
    corrections[ownRow] = 1.0 / total;
    if (firstRow + ownRow < endRow) { logSumExp[(firstRow + ownRow) * parameters.numHeads + head] = maximum + logKeepingNan(total); }
  }
  workgroupBarrier();
  for (var i = 0u; i < items; i++) {
    let place = thread + i * 64;
    let row = place / maxChunks;
    let chunk = place % maxChunks;
    if (firstRow + row < endRow && chunk < parameters.chunks) {
      setOutput(firstRow + row, head, chunk, weighted[i] * corrections[row]);
    }
  }
}

fn fourWeights(place: u32) -> vec4f {
  return vec4f(weights[place], weights[place + 1], weights[place + 2], weights[place + 3]);
}
