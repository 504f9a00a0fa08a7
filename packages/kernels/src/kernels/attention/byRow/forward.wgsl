// output[q] = sum over the keys k of q's sequence of dropout(probability[q, k]) * value[k]
// probability[q, k] = exp(scale * query[q] . key[k] - logSumExp[q])
// logSumExp[q] = log of the sum over k of exp(scale * query[q] . key[k])
//
// Without barriers: an invocation has one query row of one head, and goes over the keys
// in blocks of eight with a running maximum and sum.
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
  var weighted: array<Values, maxChunks>;
  var maximum = -3.0e38;
  var sum = 0.0;

  for (var first = firstRow; first < endRow; first += 8) {
    let near = min(vec4u(first) + vec4u(0, 1, 2, 3), vec4u(lastKey));
    let far = min(vec4u(first) + vec4u(4, 5, 6, 7), vec4u(lastKey));
    var nearScores = vec4f(0.0);
    var farScores = vec4f(0.0);
    for (var chunk = 0u; chunk < parameters.chunks; chunk++) {
      let q = queryOf(row, head, chunk);
      nearScores += fourProducts(q, fourKeys(near, head, chunk));
      farScores += fourProducts(q, fourKeys(far, head, chunk));
    }
    nearScores = select(vec4f(-3.0e38), nearScores * parameters.scale, vec4u(first) + vec4u(0, 1, 2, 3) < vec4u(endRow));
    farScores = select(vec4f(-3.0e38), farScores * parameters.scale, vec4u(first) + vec4u(4, 5, 6, 7) < vec4u(endRow));
    let highest = max(nearScores, farScores);
    let newMaximum = max(maximum, max(max(highest.x, highest.y), max(highest.z, highest.w)));
    let correction = exp(maximum - newMaximum);
    maximum = newMaximum;
    var nearWeights = fourExpKeepingNan(nearScores - newMaximum);
    var farWeights = fourExpKeepingNan(farScores - newMaximum);
    let weights = nearWeights + farWeights;
    sum = sum * correction + ((weights.x + weights.y) + (weights.z + weights.w));
    nearWeights *= fourFactors(stream, queryKey, fourPositions(first, lastKey), head);
    farWeights *= fourFactors(stream, queryKey, fourPositions(first + 4, lastKey), head);
    for (var chunk = 0u; chunk < parameters.chunks; chunk++) {
      weighted[chunk] = weighted[chunk] * correction
        + weightedSum(nearWeights, fourValues(near, head, chunk))
        + weightedSum(farWeights, fourValues(far, head, chunk));
    }
  }
  for (var chunk = 0u; chunk < parameters.chunks; chunk++) { setOutput(row, head, chunk, weighted[chunk] / sum); }
  logSumExp[row * parameters.numHeads + head] = maximum + logKeepingNan(sum);
}
