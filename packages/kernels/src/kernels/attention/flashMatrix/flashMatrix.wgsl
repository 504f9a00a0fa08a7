// Attention with products on matrix units, operands in f16 and sums in f32: forward and gradients
// as in byRow/, the gradients of sequences that are one block of keys all at once.
//
// Four subgroups, two by two, have a block of query rows or of keys and go over the blocks of the
// others. Forward they go over the keys twice: once for the logarithm of each row's sum of
// exponentials; then, from the last block back, for the sums of values weighted by probabilities,
// which stay in fragments: they need no correction, as that logarithm is known. Scores go from
// fragments to workgroup memory and come back as probabilities, or as gradients of scores, in f16.
// All invocations share the rows of a block. The next block is on its way while one is multiplied.
// Workgroup memory is vectors of words: eight channels or pairs in f16, or four scores or results
// in f32. Rows lie an odd number of vectors apart.
// forward.ts and backward.ts write main, in which all places in workgroup memory are made of the
// thread's number and constants: strides stay constant, and no load needs a check.
enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;
// Places that depend on the subgroup's number are the same for all of its lanes, which the analysis
// of WGSL cannot see.
diagnostic(off, chromium.subgroup_matrix_uniformity);
#include kernels/attention/pairs/pairs

fn packEight(low: vec4f, high: vec4f) -> vec4u {
  return vec4u(bitcast<vec2u>(vec4h(low)), bitcast<vec2u>(vec4h(high)));
}

// Eight channels, from chunk 2 * eight on; zero beyond the sequence and beyond the head.
fn queryEight(row: u32, endRow: u32, head: u32, eight: u32) -> vec4u {
  let bounded = min(row, endRow - 1);
  let low = queryOf(bounded, head, min(2 * eight, parameters.chunks - 1));
  let high = queryOf(bounded, head, min(2 * eight + 1, parameters.chunks - 1));
  return insideEight(packEight(low, high), row < endRow, eight);
}

fn keyEight(row: u32, endRow: u32, head: u32, eight: u32) -> vec4u {
  let bounded = min(row, endRow - 1);
  let low = keyOf(bounded, head, min(2 * eight, parameters.chunks - 1));
  let high = keyOf(bounded, head, min(2 * eight + 1, parameters.chunks - 1));
  return insideEight(packEight(low, high), row < endRow, eight);
}

fn valueEight(row: u32, endRow: u32, head: u32, eight: u32) -> vec4u {
  let bounded = min(row, endRow - 1);
  let low = valueOf(bounded, head, min(2 * eight, parameters.chunks - 1));
  let high = valueOf(bounded, head, min(2 * eight + 1, parameters.chunks - 1));
  return insideEight(packEight(low, high), row < endRow, eight);
}

#if !forward
#include kernels/attention/pairs/savedOfRow

fn gradOutputEight(row: u32, endRow: u32, head: u32, eight: u32) -> vec4u {
  let bounded = min(row, endRow - 1);
  let low = gradOutputOf(bounded, head, min(2 * eight, parameters.chunks - 1));
  let high = gradOutputOf(bounded, head, min(2 * eight + 1, parameters.chunks - 1));
  return insideEight(packEight(low, high), row < endRow, eight);
}

#if savesRows
// output . gradOutput, as far as a chunk of channels goes; zero beyond the sequence and beyond the
// head.
fn deltaOfChunk(row: u32, endRow: u32, head: u32, chunk: u32) -> f32 {
  let bounded = min(row, endRow - 1);
  let inHead = min(chunk, parameters.chunks - 1);
  let delta = dot(outputOf(bounded, head, inHead), gradOutputOf(bounded, head, inHead));
  return select(0.0, delta, row < endRow && chunk < parameters.chunks);
}
#endif
#endif

fn insideEight(words: vec4u, insideRow: bool, eight: u32) -> vec4u {
  let low = select(vec2u(), words.xy, insideRow && 2 * eight < parameters.chunks);
  let high = select(vec2u(), words.zw, insideRow && 2 * eight + 1 < parameters.chunks);
  return vec4u(low, high);
}

fn largestOf(values: vec4f) -> f32 { return max(max(values.x, values.y), max(values.z, values.w)); }
fn totalOf(values: vec4f) -> f32 { return (values.x + values.y) + (values.z + values.w); }
