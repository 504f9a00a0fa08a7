// norm[0] = sqrt(sum of partials)
//
// partials: vec2u[count] of scaledSum.wgsl, count at most 64; norm: f32[1], written as bits. scaledSum.wgsl and finalNorm.wgsl stand in
// front.
// One thread.

struct Parameters { count: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> partials: array<vec2u>;
@group(0) @binding(2) var<storage, read_write> norm: array<u32>;

@compute @workgroup_size(1)
fn main() {
  var total = ScaledSum(0.0, lowestExponent);
  for (var index = 0u; index < parameters.count; index++) { total = addScaled(total, loadScaled(partials[index])); }
  norm[0] = normBits(total, 1.0);
}
