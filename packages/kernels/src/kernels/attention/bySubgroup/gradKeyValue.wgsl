// The same as byRow/gradKeyValue.wgsl. The own rows are keys here, and those that are
// streamed queries.
//
// Without barriers, for subgroups of eight: a workgroup is one subgroup and has `rows` rows of one
// head, like a register tile of a matrix product; see subgroupTile.wgsl.
// Workgroup (x, y, z): rows x * rows on of sequence y, head z.
#include kernels/attention/pairs/pairs
#include kernels/attention/pairs/fourRows
#include kernels/attention/bySubgroup/subgroupTile

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let firstQuery = cuSeqlens[workgroup.y];
  let endRow = endOfSequence(workgroup.y);
  let firstRow = firstQuery + workgroup.x * rows;
  if (firstRow >= endRow) { return; }
  let lastRow = endRow - 1;
  let head = workgroup.z;
  let stream = pairStream();
  var positions: array<vec4u, rows / 4>;
  for (var i = 0u; i < rows / 4; i++) { positions[i] = fourPositions(firstRow + 4 * i, lastRow); }
  var keyGradient: array<vec4f, rows * parts>;
  var valueGradient: array<vec4f, rows * parts>;

  for (var first = firstQuery; first < endRow; first += 32) {
    let queries = vec4u(first + 4 * lane) + vec4u(0, 1, 2, 3);
    let bounded = min(queries, vec4u(lastRow));
    var slopes = array<vec4f, rows>();
    for (var chunk = 0u; chunk < parameters.chunks; chunk++) {
      addProducts(&slopes, ownKeys(firstRow, lastRow, lane, head, chunk), fourQueries(bounded, head, chunk));
    }
    var weights = array<vec4f, rows>();
    for (var chunk = 0u; chunk < parameters.chunks; chunk++) {
      addProducts(&weights, ownValues(firstRow, lastRow, lane, head, chunk), fourGradOutputs(bounded, head, chunk));
    }
    let places = vec4u(1) + bounded * parameters.numHeads + head;
    let x = bitcast<vec2f>(rowData[places.x].xy);
    let y = bitcast<vec2f>(rowData[places.y].xy);
    let z = bitcast<vec2f>(rowData[places.z].xy);
    let w = bitcast<vec2f>(rowData[places.w].xy);
    let logSumExps = vec4f(x.x, y.x, z.x, w.x);
    let deltas = vec4f(x.y, y.y, z.y, w.y);
    // Told by the bits: exp(NaN) may be anything.
    let areNumbers = (bitcast<vec4u>(logSumExps) & vec4u(0x7fffffffu)) <= vec4u(0x7f800000u);
    let inside = queries < vec4u(endRow);
    let otherwise = select(vec4f(0.0), logSumExps, inside);
    let queryKeys = vec4u(tokenKeyOf(bounded.x), tokenKeyOf(bounded.y), tokenKeyOf(bounded.z), tokenKeyOf(bounded.w));
    // Four neighbouring keys share a draw, so it is rows of four that are drawn for.
    for (var half = 0u; half < rows; half += 4) {
      let ofKeys = positions[half / 4];
      let factors = transpose(mat4x4f(
        fourFactors(stream, queryKeys.x, ofKeys, head), fourFactors(stream, queryKeys.y, ofKeys, head),
        fourFactors(stream, queryKeys.z, ofKeys, head), fourFactors(stream, queryKeys.w, ofKeys, head)));
      for (var i = 0u; i < 4; i++) {
        let r = half + i;
        let probabilities = select(otherwise, exp(slopes[r] * parameters.scale - logSumExps), inside & areNumbers);
        slopes[r] = probabilities * (weights[r] * factors[i] - deltas) * parameters.scale;
        weights[r] = probabilities * factors[i];
      }
    }
    let senders = sendersOf(first, endRow);
    for (var part = 0u; part < parts; part++) {
      let chunk = min(8 * part + lane, parameters.chunks - 1);
      for (var sender = 0u; sender < senders; sender++) {
        addWeighted(&keyGradient, part, &slopes, sender, fourQueries(rowsOfSender(first, sender, lastRow), head, chunk));
      }
    }
    for (var part = 0u; part < parts; part++) {
      let chunk = min(8 * part + lane, parameters.chunks - 1);
      for (var sender = 0u; sender < senders; sender++) {
        addWeighted(&valueGradient, part, &weights, sender, fourGradOutputs(rowsOfSender(first, sender, lastRow), head, chunk));
      }
    }
  }
  for (var r = 0u; r < rows; r++) {
    for (var part = 0u; part < parts; part++) {
      let chunk = 8 * part + lane;
      if (firstRow + r < endRow && chunk < parameters.chunks) {
        setGradKey(firstRow + r, head, chunk, keyGradient[rows * part + r]);
        setGradValue(firstRow + r, head, chunk, valueGradient[rows * part + r]);
      }
    }
  }
}
