// weights = weights * (1 - weight decay * rate) - u, where
//
//   u = step * factor, as step.wgsl has the step
//   u = averages = beta1 * averages + (1 - beta1) * u      where there is a first moment
//
// scalars: f32[4] as decide.wgsl writes them; gradients, weights, averages, squares: f32[elements]
// Two neighbours a thread, 64 threads a workgroup.
#include kernels/adafactor/step

struct Parameters { elements: u32, rows: u32, width: u32, beta1: f32, oneMinusBeta1: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
#if !factored
@group(0) @binding(next) var<storage, read> squares: array<f32>;
#endif
@group(0) @binding(next) var<storage, read> scalars: array<f32>;
@group(0) @binding(next) var<storage, read> gradients: array<f32>;
@group(0) @binding(next) var<storage, read_write> weights: array<f32>;
#if average
@group(0) @binding(next) var<storage, read_write> averages: array<f32>;
#endif

fn update(index: u32) {
  let gradient = gradients[index] * scalars[2];
#if factored
  var step = stepOf(gradient, index) * scalars[0];
#else
  var step = gradient * inverseSqrt(squares[index]) * scalars[0];
#endif
#if average
  step = parameters.beta1 * averages[index] + parameters.oneMinusBeta1 * step;
  averages[index] = step;
#endif
  weights[index] = weights[index] * (1.0 - scalars[1]) - step;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let index = ((workgroup.x + workgroup.y * workgroups.x) * 64 + thread) * 2;
  if (index >= parameters.elements || scalars[3] == 0) { return; }
  update(index);
  if (index + 1 < parameters.elements) { update(index + 1); }
}
