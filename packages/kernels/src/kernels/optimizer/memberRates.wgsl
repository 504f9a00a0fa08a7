// Rates of a member, as updateMembers.wgsl writes them. Put in front of adamW.wgsl.
//
// members: vec4f of weight decay, learning rate factor, step size, sqrt of bias correction 2, which is 0 where the member takes no part.

@group(0) @binding(2) var<storage, read> members: array<vec4f>;

struct Rates { weightDecay: f32, factor: f32, stepSize: f32, sqrtBiasCorrection2: f32, takesPart: bool }

fn ratesOf(id: u32) -> Rates {
  let member = members[id];
  return Rates(member.x, member.y, member.z, member.w, member.w != 0);
}
