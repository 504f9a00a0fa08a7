// The same as byRow/gradQuery.wgsl.
//
// Tiles in workgroup memory, 64 invocations a workgroup: workgroup (x, y, z) has rows x * tileRows
// on of sequence y, head z. With padded a draw of dropout serves four keys.
// Loops over a tile end at the parameter tileKeys, which is the same: unrolled, they would take a
// software adapter most of a minute to compile.
#include kernels/attention/pairs/pairs
#include kernels/attention/tiled/workgroupTile

const items = tileRows * maxChunks / 64;
var<workgroup> queryTile: array<Values, tileRows * rowStride>;
var<workgroup> gradOutputTile: array<Values, tileRows * rowStride>;
var<workgroup> keyTile: array<Values, tileKeys * rowStride>;
var<workgroup> valueTile: array<Values, tileKeys * rowStride>;
// With padded what dropout multiplies probabilities with, then the slopes.
var<workgroup> slopes: array<f32, tileRows * tileKeys>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) thread: u32) {
  let endRow = endOfSequence(workgroup.y);
  let firstKey = cuSeqlens[workgroup.y];
  let firstRow = firstKey + workgroup.x * tileRows;
  if (firstRow >= endRow) { return; }
  let head = workgroup.z;
  let stream = pairStream();
  var gradient: array<Values, items>;
  for (var i = thread; i < tileRows * maxChunks; i += 64) {
    queryTile[placeInTile(i)] = tileQuery(firstRow, endRow, head, i);
    gradOutputTile[placeInTile(i)] = tileGradOutput(firstRow, endRow, head, i);
  }

  for (var first = firstKey; first < endRow; first += tileKeys) {
    for (var i = thread; i < tileKeys * maxChunks; i += 64) {
      keyTile[placeInTile(i)] = tileKey(first, endRow, head, i);
      valueTile[placeInTile(i)] = tileValue(first, endRow, head, i);
    }
#if padded
    for (var i = 4 * thread; i < tileRows * tileKeys; i += 256) {
      let queryKey = tokenKeyOf(min(firstRow + i / tileKeys, endRow - 1));
      let factors = fourFactors(stream, queryKey, fourPositions(first + i % tileKeys, endRow - 1), head);
      slopes[i] = factors.x;
      slopes[i + 1] = factors.y;
      slopes[i + 2] = factors.z;
      slopes[i + 3] = factors.w;
    }
#endif
    workgroupBarrier();
    for (var i = thread; i < tileRows * tileKeys; i += 64) {
      let tileRow = i / tileKeys;
      let column = i % tileKeys;
      let queryRow = min(firstRow + tileRow, endRow - 1);
      var score = 0.0;
      var weightGradient = 0.0;
      for (var chunk = 0u; chunk < parameters.chunks; chunk++) {
        score += product(queryTile[tileRow * rowStride + chunk], keyTile[column * rowStride + chunk]);
        weightGradient += product(gradOutputTile[tileRow * rowStride + chunk], valueTile[column * rowStride + chunk]);
      }
      let saved = bitcast<vec2f>(rowData[1 + queryRow * parameters.numHeads + head].xy);
#if padded
      let factor = slopes[i];
#else
      let factor = keptFactor(stream, tokenKeyOf(queryRow), positionOf(min(first + column, endRow - 1)), head);
#endif
      let slope = exp(score * parameters.scale - saved.x) * (weightGradient * factor - saved.y) * parameters.scale;
      slopes[i] = select(0.0, slope, first + column < endRow && firstRow + tileRow < endRow);
    }
    workgroupBarrier();
    for (var i = 0u; i < items; i++) {
      let place = thread + i * 64;
      let tileRow = place / maxChunks;
      let chunk = place % maxChunks;
      var total = gradient[i];
      for (var column = 0u; column < parameters.tileKeys; column++) {
        total += slopes[tileRow * tileKeys + column] * keyTile[column * rowStride + chunk];
      }
      gradient[i] = total;
    }
    workgroupBarrier();
  }

  for (var i = 0u; i < items; i++) {
    let place = thread + i * 64;
    let row = firstRow + place / maxChunks;
    let chunk = place % maxChunks;
    if (row < endRow && chunk < parameters.chunks) { setGradQuery(row, head, chunk, gradient[i]); }
  }
}
