// The same as byRow/forward.wgsl.
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
  // Of row 8 * i + lane.
  var queryKeys: array<u32, loads>;
  for (var i = 0u; i < loads; i++) { queryKeys[i] = tokenKeyOf(min(firstRow + 8 * i + lane, lastRow)); }
  var weighted: array<vec4f, rows * parts>;
  var maxima: array<f32, rows>;
  for (var r = 0u; r < rows; r++) { maxima[r] = -3.0e38; }
  var sums: array<f32, rows>;

  for (var first = firstKey; first < endRow; first += 32) {
    let keys = vec4u(first + 4 * lane) + vec4u(0, 1, 2, 3);
    var tile = array<vec4f, rows>();
    for (var chunk = 0u; chunk < parameters.chunks; chunk++) {
      addProducts(&tile, ownQueries(firstRow, lastRow, lane, head, chunk), fourKeys(min(keys, vec4u(lastRow)), head, chunk));
    }
    let positions = fourPositions(keys.x, lastRow);
    for (var r = 0u; r < rows; r++) {
      let scores = select(vec4f(-3.0e38), tile[r] * parameters.scale, keys < vec4u(endRow));
      let maximum = max(maxima[r], largestOf(scores));
      let correction = exp(maxima[r] - maximum);
      let weights = fourExpKeepingNan(scores - maximum);
      maxima[r] = maximum;
      sums[r] = sums[r] * correction + ((weights.x + weights.y) + (weights.z + weights.w));
      tile[r] = weights * fourFactors(stream, subgroupShuffle(queryKeys[r / 8], r % 8), positions, head);
      for (var part = 0u; part < parts; part++) { weighted[rows * part + r] *= correction; }
    }
    let senders = sendersOf(first, endRow);
    for (var part = 0u; part < parts; part++) {
      let chunk = min(8 * part + lane, parameters.chunks - 1);
      for (var sender = 0u; sender < senders; sender++) {
        addWeighted(&weighted, part, &tile, sender, fourValues(rowsOfSender(first, sender, lastRow), head, chunk));
      }
    }
  }
  for (var r = 0u; r < rows; r++) {
    let sum = totalOf(sums[r]);
    let row = firstRow + r;
    if (row < endRow) {
      for (var part = 0u; part < parts; part++) {
        let chunk = 8 * part + lane;
        if (chunk < parameters.chunks) { setOutput(row, head, chunk, weighted[rows * part + r] / sum); }
      }
      if (lane == r % 8) { logSumExp[row * parameters.numHeads + head] = maxima[r] + logKeepingNan(sum); }
    }
  }
}
