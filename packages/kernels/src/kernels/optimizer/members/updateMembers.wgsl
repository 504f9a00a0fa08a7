// The rates of each member in this update, after finalizeUpdate:
//
//   own update = updates applied before this one - updates that the member missed
//                (torch.optim counts steps by parameter)
//   step size  = learningRate / divisor(own update)
//
// A member that takes no part misses the update, unless the update is skipped for all.
//
// members: vec2u[count] of its group and whether it takes part
// groups: vec2f of weight decay and learning rate factor
// schedule: vec4f of learning rate, step size, correction, 1 / divisor of the learning rate; of
// AdamW the correction is the sqrt of bias correction 2, the divisor is bias correction 1
// state: the header of stateLayout.ts; missed: u32[count]; rates: vec4f[count], for adamW.wgsl
// One thread a member, 64 threads a workgroup.

struct Parameters { count: u32, scheduleRows: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> state: array<u32>;
@group(0) @binding(2) var<storage, read> groups: array<vec2f>;
@group(0) @binding(3) var<storage, read> schedule: array<vec4f>;
@group(0) @binding(4) var<storage, read> members: array<vec2u>;
@group(0) @binding(5) var<storage, read_write> missed: array<u32>;
@group(0) @binding(6) var<storage, read_write> rates: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3u) {
  let number = thread.x;
  if (number >= parameters.count || state[4] == 0) { return; }
  let group = groups[members[number].x];
  let own = state[0] - 1 - missed[number];
  let row = schedule[min(own, parameters.scheduleRows - 1)];
  let stepSize = bitcast<f32>(state[6]) * row.w;
  if (members[number].y == 0) {
    missed[number] += 1;
    rates[number] = vec4f(0.0);
  } else {
    rates[number] = vec4f(group, stepSize, row.z);
  }
}
