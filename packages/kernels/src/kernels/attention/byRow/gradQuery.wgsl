// gradQuery[q] = scale * sum over the keys k of q's sequence of slope[q, k] * key[k]
// slope[q, k] = probability[q, k] * (dropout'(gradOutput[q] . value[k]) - delta[q])
// probability[q, k] = exp(scale * query[q] . key[k] - logSumExp[q])
//
// Without barriers: an invocation has one query row of one head, and goes over the keys
// in blocks of eight.
// Workgroup (x, y, z) of 8 invocations: rows x * 8 to x * 8 + 7 of sequence y, head z.
#include kernels/attention/pairs/pairs
#include kernels/attention/pairs/fourRows

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let firstRow = cuSeqlens[workgroup.y];
  let endRow = endOfSequence(workgroup.y);
  let row = firstRow + workgroup.x * 8 + lane;
  if (row >= endRow) { return; }
  let lastKey = endRow - 1;
  let head = workgroup.z;
  let stream = pairStream();
  let queryKey = tokenKeyOf(row);
  let own = bitcast<vec2f>(rowData[1 + row * parameters.numHeads + head].xy);
  let rowLogSumExp = own.x;
  let delta = own.y;
  var gradient: array<Values, maxChunks>;

  for (var first = firstRow; first < endRow; first += 8) {
    let near = min(vec4u(first) + vec4u(0, 1, 2, 3), vec4u(lastKey));
    let far = min(vec4u(first) + vec4u(4, 5, 6, 7), vec4u(lastKey));
    var nearScores = vec4f(0.0);
    var farScores = vec4f(0.0);
    var nearGradients = vec4f(0.0);
    var farGradients = vec4f(0.0);
    for (var chunk = 0u; chunk < parameters.chunks; chunk++) {
      let q = queryOf(row, head, chunk);
      nearScores += fourProducts(q, fourKeys(near, head, chunk));
      farScores += fourProducts(q, fourKeys(far, head, chunk));
      let g = gradOutputOf(row, head, chunk);
      nearGradients += fourProducts(g, fourValues(near, head, chunk));
      farGradients += fourProducts(g, fourValues(far, head, chunk));
    }
    let nearFactors = fourFactors(stream, queryKey, fourPositions(first, lastKey), head);
    let farFactors = fourFactors(stream, queryKey, fourPositions(first + 4, lastKey), head);
    var nearSlopes = exp(nearScores * parameters.scale - rowLogSumExp) * (nearGradients * nearFactors - delta);
    var farSlopes = exp(farScores * parameters.scale - rowLogSumExp) * (farGradients * farFactors - delta);
    nearSlopes = select(vec4f(0.0), nearSlopes * parameters.scale, vec4u(first) + vec4u(0, 1, 2, 3) < vec4u(endRow));
    farSlopes = select(vec4f(0.0), farSlopes * parameters.scale, vec4u(first) + vec4u(4, 5, 6, 7) < vec4u(endRow));
    for (var chunk = 0u; chunk < parameters.chunks; chunk++) {
      gradient[chunk] += weightedSum(nearSlopes, fourKeys(near, head, chunk))
        + weightedSum(farSlopes, fourKeys(far, head, chunk));
    }
  }
  for (var chunk = 0u; chunk < parameters.chunks; chunk++) { setGradQuery(row, head, chunk, gradient[chunk]); }
}
