// The same as byRow/gradQuery.wgsl.
//
// Without barriers, for subgroups of eight: a workgroup is one subgroup and has `rows` rows of one
// head, like a register tile of a matrix product; see subgroupTile.wgsl.
// Workgroup (x, y, z): rows x * rows on of sequence y, head z.
#include kernels/attention/pairs/pairs
#include kernels/attention/pairs/fourRows
#include kernels/attention/bySubgroup/subgroupTile

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let firstKey = cuSeqlens[workgroup.y];
  let endRow = endOfSequence(workgroup.y);
  let firstRow = firstKey + workgroup.x * rows;
  if (firstRow >= endRow) { return; }
  let lastRow = endRow - 1;
  let head = workgroup.z;
  let stream = pairStream();
  // logSumExp and delta, and the token's key, of row 8 * i + lane.
  var saved: array<vec2f, loads>;
  var queryKeys: array<u32, loads>;
  for (var i = 0u; i < loads; i++) {
    let row = min(firstRow + 8 * i + lane, lastRow);
    saved[i] = bitcast<vec2f>(rowData[1 + row * parameters.numHeads + head].xy);
    queryKeys[i] = tokenKeyOf(row);
  }
  var gradient: array<vec4f, rows * parts>;

  for (var first = firstKey; first < endRow; first += 32) {
    let keys = vec4u(first + 4 * lane) + vec4u(0, 1, 2, 3);
    let bounded = min(keys, vec4u(lastRow));
    var tile = array<vec4f, rows>();
    for (var chunk = 0u; chunk < parameters.chunks; chunk++) {
      addProducts(&tile, ownQueries(firstRow, lastRow, lane, head, chunk), fourKeys(bounded, head, chunk));
    }
    var weightGradients = array<vec4f, rows>();
    for (var chunk = 0u; chunk < parameters.chunks; chunk++) {
      addProducts(&weightGradients, ownGradOutputs(firstRow, lastRow, lane, head, chunk), fourValues(bounded, head, chunk));
    }
    let positions = fourPositions(keys.x, lastRow);
    for (var r = 0u; r < rows; r++) {
      let ofRow = subgroupShuffle(saved[r / 8], r % 8);
      let probabilities = select(vec4f(0.0), exp(tile[r] * parameters.scale - ofRow.x), keys < vec4u(endRow));
      let factors = fourFactors(stream, subgroupShuffle(queryKeys[r / 8], r % 8), positions, head);
      tile[r] = probabilities * (weightGradients[r] * factors - ofRow.y) * parameters.scale;
    }
    let senders = sendersOf(first, endRow);
    for (var part = 0u; part < parts; part++) {
      let chunk = min(8 * part + lane, parameters.chunks - 1);
      for (var sender = 0u; sender < senders; sender++) {
        addWeighted(&gradient, part, &tile, sender, fourKeys(rowsOfSender(first, sender, lastRow), head, chunk));
      }
    }
  }
  for (var r = 0u; r < rows; r++) {
    for (var part = 0u; part < parts; part++) {
      let chunk = 8 * part + lane;
      if (firstRow + r < endRow && chunk < parameters.chunks) {
        setGradQuery(firstRow + r, head, chunk, gradient[rows * part + r]);
      }
    }
  }
}
