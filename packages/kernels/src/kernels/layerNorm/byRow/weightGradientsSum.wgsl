// Second stage of gradWeight and gradBias: the sums over the blocks, which replace what is there or
// are added to it.
//
// weightPartials, biasPartials: f32[blocks, columns]; gradWeight, gradBias: f32[columns]
// A vector of columns a thread, 32 threads a workgroup.

struct Parameters { vectors: u32, blocks: u32, accumulate: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> weightPartials: array<Values>;
@group(0) @binding(2) var<storage, read> biasPartials: array<Values>;
@group(0) @binding(3) var<storage, read_write> gradWeight: array<Values>;
@group(0) @binding(4) var<storage, read_write> gradBias: array<Values>;

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) thread: u32) {
  let vector = workgroup.x * 32 + thread;
  if (vector >= parameters.vectors) { return; }
  var weightSum = Values(0.0);
  var biasSum = Values(0.0);
  for (var block = 0u; block < parameters.blocks; block++) {
    weightSum += weightPartials[block * parameters.vectors + vector];
    biasSum += biasPartials[block * parameters.vectors + vector];
  }
  if (parameters.accumulate != 0) {
    weightSum += gradWeight[vector];
    biasSum += gradBias[vector];
  }
  gradWeight[vector] = weightSum;
  gradBias[vector] = biasSum;
}
