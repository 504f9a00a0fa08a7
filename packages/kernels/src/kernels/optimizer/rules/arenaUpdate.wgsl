// One update of every parameter of an arena segment, by the rule of the file that includes this:
// its `updated` gives the new weights and changes the moments in place.
//
// gradients, weights, first, second, third: f32[4 * vectors]; of the moments those that the rule
// has
// ids: u32[vectors / 16], one for 64 elements: of a group, in an update in which every parameter
// takes part, or of a member. state: the header of stateLayout.ts, written by finalizeUpdate
// groups: vec2f of weight decay and learning rate factor
// members: as updateMembers.wgsl writes them: vec4f of weight decay, learning rate factor, step
// size, and the rule's own number of the update, which is 0 where the member takes no part
// A skipped update changes nothing.
// Vectors go to threads by flatIndexing; 64 threads a workgroup.
#include wgsl/flatIndexing

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> state: array<u32>;
#if members
@group(0) @binding(next) var<storage, read> members: array<vec4f>;
#else
@group(0) @binding(next) var<storage, read> groups: array<vec2f>;
#endif
@group(0) @binding(next) var<storage, read> ids: array<u32>;
@group(0) @binding(next) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(next) var<storage, read_write> weights: array<vec4f>;
#if first
@group(0) @binding(next) var<storage, read_write> first: array<vec4f>;
#endif
#if second
@group(0) @binding(next) var<storage, read_write> second: array<vec4f>;
#endif
#if third
@group(0) @binding(next) var<storage, read_write> third: array<vec4f>;
#endif

struct Moments { first: vec4f, second: vec4f, third: vec4f }

// correction: the rule's own number of the update, such as how many the member has had
struct Rates { learningRate: f32, weightDecay: f32, correction: f32, takesPart: bool }

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  if (state[4] == 0) { return; }
  let gradientScale = bitcast<f32>(state[5]);
  let share = flatIndexing(workgroup, workgroups, thread, parameters.vectors);
  for (var index = share.first; index < share.end; index += 8) {
    let rates = ratesOf(ids[index / 16]);
    if (!rates.takesPart) { continue; }
    var moments = Moments(vec4f(0.0), vec4f(0.0), vec4f(0.0));
#if first
    moments.first = first[index];
#endif
#if second
    moments.second = second[index];
#endif
#if third
    moments.third = third[index];
#endif
    let weight = updated(weights[index], gradients[index] * gradientScale, rates, &moments);
#if first
    first[index] = moments.first;
#endif
#if second
    second[index] = moments.second;
#endif
#if third
    third[index] = moments.third;
#endif
    weights[index] = weight;
  }
}

fn ratesOf(id: u32) -> Rates {
#if members
  let member = members[id];
  return Rates(member.z * member.y, member.x, member.w, member.w != 0);
#else
  let group = groups[id];
  return Rates(bitcast<f32>(state[7]) * group.y, group.x, bitcast<f32>(state[8]), true);
#endif
}
