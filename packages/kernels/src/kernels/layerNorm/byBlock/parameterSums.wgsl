// gradients[offset of weight or bias + column] = sum over blocks of partials[norm, block, weight or
//   bias, column] (+ what is there), of several layer norms at once
//
// partials: f32[norms, normVectors], of which each holds [blocks, 2, vectors], as
// blockGradients.wgsl writes them. gradients: what holds the gradients of all weights and biases,
// or gradWeight and gradBias of one layer norm. offsets: where they begin there, in vectors, two
// for each layer norm.
//
// A workgroup of 256 threads sums 8 vectors: 32 threads take every 32nd block, and are then summed
// by a tree. Workgroups go over vectors in x, and over weights and biases in y.
struct Parameters { vectors: u32, blocks: u32, normVectors: u32, accumulate: u32, offsets: array<vec4u, 14> }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> partials: array<Values>;
#if together
@group(0) @binding(next) var<storage, read_write> gradients: array<Values>;
#else
@group(0) @binding(next) var<storage, read_write> gradWeight: array<Values>;
@group(0) @binding(next) var<storage, read_write> gradBias: array<Values>;
#endif

const across = 8u;
const threads = 256u;
var<workgroup> sums: array<Values, threads>;

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) thread: u32) {
  let vectors = parameters.vectors;
  let vector = workgroup.x * across + thread % across;
  let place = min(vector, vectors - 1);
  let first = workgroup.y / 2 * parameters.normVectors + workgroup.y % 2 * vectors + place;
  var sum = Values(0.0);
  for (var block = thread / across; block < parameters.blocks; block += threads / across) {
    sum += partials[first + 2 * block * vectors];
  }
  sums[thread] = sum;
  workgroupBarrier();
  for (var half = threads / 2; half >= across; half /= 2) {
    if (thread < half) { sums[thread] += sums[thread + half]; }
    workgroupBarrier();
  }
  if (thread >= across || vector >= vectors) { return; }
#if together
  let destination = parameters.offsets[workgroup.y / 4][workgroup.y % 4] + vector;
  gradients[destination] += sums[thread];
#else
  if (workgroup.y == 0) {
    gradWeight[vector] = sums[thread] + select(Values(0.0), gradWeight[vector], parameters.accumulate != 0);
  } else {
    gradBias[vector] = sums[thread] + select(Values(0.0), gradBias[vector], parameters.accumulate != 0);
  }
#endif
}
