// The same as byRow/gradKeyValue.wgsl. tileRows are keys here, and tileKeys queries.
//
// Tiles in workgroup memory, 64 invocations a workgroup: workgroup (x, y, z) has rows x * tileRows
// on of sequence y, head z. With padded a draw of dropout serves four keys.
// Loops over a tile end at the parameter tileKeys, which is the same: unrolled, they would take a
// software adapter most of a minute to compile.
#include kernels/attention/pairs/pairs
#include kernels/attention/tiled/workgroupTile

const items = tileRows * maxChunks / 64;
var<workgroup> keyTile: array<Values, tileRows * rowStride>;
var<workgroup> valueTile: array<Values, tileRows * rowStride>;
var<workgroup> queryTile: array<Values, tileKeys * rowStride>;
var<workgroup> gradOutputTile: array<Values, tileKeys * rowStride>;
var<workgroup> slopes: array<f32, tileRows * tileKeys>;
// With padded what dropout multiplies probabilities with, then the dropped probabilities.
var<workgroup> weights: array<f32, tileRows * tileKeys>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) thread: u32) {
  let endRow = endOfSequence(workgroup.y);
  let firstQuery = cuSeqlens[workgroup.y];
  let firstRow = firstQuery + workgroup.x * tileRows;
  if (firstRow >= endRow) { return; }
  let head = workgroup.z;
  let stream = pairStream();
  var keyGradient: array<Values, items>;
  var valueGradient: array<Values, items>;
  for (var i = thread; i < tileRows * maxChunks; i += 64) {
    keyTile[placeInTile(i)] = tileKey(firstRow, endRow, head, i);
    valueTile[placeInTile(i)] = tileValue(firstRow, endRow, head, i);
  }

  for (var first = firstQuery; first < endRow; first += tileKeys) {
    for (var i = thread; i < tileKeys * maxChunks; i += 64) {
      queryTile[placeInTile(i)] = tileQuery(first, endRow, head, i);
      gradOutputTile[placeInTile(i)] = tileGradOutput(first, endRow, head, i);
    }
#if padded
    for (var i = thread; i < tileRows * tileKeys / 4; i += 64) {
      let column = i % tileKeys;
      let tileRow = 4 * (i / tileKeys);
      let queryKey = tokenKeyOf(min(first + column, endRow - 1));
      let factors = fourFactors(stream, queryKey, fourPositions(firstRow + tileRow, endRow - 1), head);
      weights[tileRow * tileKeys + column] = factors.x;
      weights[(tileRow + 1) * tileKeys + column] = factors.y;
      weights[(tileRow + 2) * tileKeys + column] = factors.z;
      weights[(tileRow + 3) * tileKeys + column] = factors.w;
    }
#endif
    workgroupBarrier();
    for (var i = thread; i < tileRows * tileKeys; i += 64) {
      let tileRow = i / tileKeys;
      let column = i % tileKeys;
      let queryRow = min(first + column, endRow - 1);
      var score = 0.0;
      var weightGradient = 0.0;
      for (var chunk = 0u; chunk < parameters.chunks; chunk++) {
        score += product(keyTile[tileRow * rowStride + chunk], queryTile[column * rowStride + chunk]);
        weightGradient += product(valueTile[tileRow * rowStride + chunk], gradOutputTile[column * rowStride + chunk]);
      }
      let saved = bitcast<vec2f>(rowData[1 + queryRow * parameters.numHeads + head].xy);
#if padded
      let factor = weights[i];
#else
      let factor = keptFactor(stream, tokenKeyOf(queryRow), positionOf(min(firstRow + tileRow, endRow - 1)), head);
#endif
      let valid = first + column < endRow && firstRow + tileRow < endRow;
      let probability = select(0.0, expKeepingNan(score * parameters.scale - saved.x), valid);
      weights[i] = probability * factor;
      slopes[i] = probability * (weightGradient * factor - saved.y) * parameters.scale;
    }
    workgroupBarrier();
    for (var i = 0u; i < items; i++) {
      let place = thread + i * 64;
      let tileRow = place / maxChunks;
      let chunk = place % maxChunks;
      var keyTotal = keyGradient[i];
      var valueTotal = valueGradient[i];
      for (var column = 0u; column < parameters.tileKeys; column++) {
        keyTotal += slopes[tileRow * tileKeys + column] * queryTile[column * rowStride + chunk];
        valueTotal += weights[tileRow * tileKeys + column] * gradOutputTile[column * rowStride + chunk];
      }
      keyGradient[i] = keyTotal;
      valueGradient[i] = valueTotal;
    }
    workgroupBarrier();
  }

  for (var i = 0u; i < items; i++) {
    let place = thread + i * 64;
    let row = firstRow + place / maxChunks;
    let chunk = place % maxChunks;
    if (row < endRow && chunk < parameters.chunks) {
      setGradKey(row, head, chunk, keyGradient[i]);
      setGradValue(row, head, chunk, valueGradient[i]);
    }
  }
}
