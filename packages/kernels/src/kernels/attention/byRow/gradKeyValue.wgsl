// gradValue[k] = sum over q of dropout(probability[q, k]) * gradOutput[q]
// gradKey[k] = scale * sum over q of slope[q, k] * query[q];  slope as in gradQuery.wgsl
// q: the queries of k's sequence
//
// Without barriers: an invocation has one key row of one head, and goes over the queries
// in blocks of four.
// Workgroup (x, y, z) of 8 invocations: rows x * 8 to x * 8 + 7 of sequence y, head z.
#include kernels/attention/pairs/pairs
#include kernels/attention/pairs/fourRows

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let firstRow = cuSeqlens[workgroup.y];
  let endRow = endOfSequence(workgroup.y);
  let row = firstRow + workgroup.x * 8 + lane;
  if (row >= endRow) { return; }
  let head = workgroup.z;
  let stream = pairStream();
  let position = positionOf(row);
  var keyGradient: array<Values, maxChunks>;
  var valueGradient: array<Values, maxChunks>;

  for (var first = firstRow; first < endRow; first += 4) {
    let queries = min(vec4u(first) + vec4u(0, 1, 2, 3), vec4u(endRow - 1));
    var scores = vec4f(0.0);
    var gradients = vec4f(0.0);
    for (var chunk = 0u; chunk < parameters.chunks; chunk++) {
      let k = keyOf(row, head, chunk);
      scores += fourProducts(k, fourQueries(queries, head, chunk));
      let v = valueOf(row, head, chunk);
      gradients += fourProducts(v, fourGradOutputs(queries, head, chunk));
    }
    let places = vec4u(1) + queries * parameters.numHeads + head;
    let x = bitcast<vec2f>(rowData[places.x].xy);
    let y = bitcast<vec2f>(rowData[places.y].xy);
    let z = bitcast<vec2f>(rowData[places.z].xy);
    let w = bitcast<vec2f>(rowData[places.w].xy);
    let factors = vec4f(
      keptFactor(stream, tokenKeyOf(queries.x), position, head), keptFactor(stream, tokenKeyOf(queries.y), position, head),
      keptFactor(stream, tokenKeyOf(queries.z), position, head), keptFactor(stream, tokenKeyOf(queries.w), position, head));
    let valid = vec4u(first) + vec4u(0, 1, 2, 3) < vec4u(endRow);
    let probabilities = select(vec4f(0.0), fourExpKeepingNan(scores * parameters.scale - vec4f(x.x, y.x, z.x, w.x)), valid);
    let kept = probabilities * factors;
    let slopes = probabilities * (gradients * factors - vec4f(x.y, y.y, z.y, w.y)) * parameters.scale;
    for (var chunk = 0u; chunk < parameters.chunks; chunk++) {
      keyGradient[chunk] += weightedSum(slopes, fourQueries(queries, head, chunk));
      valueGradient[chunk] += weightedSum(kept, fourGradOutputs(queries, head, chunk));
    }
  }
  for (var chunk = 0u; chunk < parameters.chunks; chunk++) {
    setGradKey(row, head, chunk, keyGradient[chunk]);
    setGradValue(row, head, chunk, valueGradient[chunk]);
  }
}
