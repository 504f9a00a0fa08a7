// Rates of a parameter group, in an update in which every parameter takes part. Put in front of adamW.wgsl.
//
// groups: vec2f of weight decay and learning rate factor.

@group(0) @binding(2) var<storage, read> groups: array<vec2f>;

struct Rates { weightDecay: f32, factor: f32, stepSize: f32, sqrtBiasCorrection2: f32, takesPart: bool }

fn ratesOf(id: u32) -> Rates {
  let group = groups[id];
  return Rates(group.x, group.y, bitcast<f32>(state[7]), bitcast<f32>(state[8]), true);
}
