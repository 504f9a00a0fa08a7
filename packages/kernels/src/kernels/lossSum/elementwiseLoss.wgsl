// losses[thread] = sum of the losses of four elements
// gradients[i] = weight * derivative of the loss of element i, where it is asked for
//
// a, b: f32[length], compared element by element; losses: f32[workgroups * 64]
// The file that includes this one has `fn elementLoss(a: f32, b: f32) -> vec2f`: a loss, and its
// derivative by a.
// 64 threads a workgroup, four elements each: thread t of workgroup w takes elements
// w * 256 + t + {0, 64, 128, 192}.

struct Parameters { length: u32, weight: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> losses: array<f32>;
#if gradient
@group(0) @binding(4) var<storage, read_write> gradients: array<f32>;
#endif

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let number = workgroup.x + workgroup.y * workgroups.x;
  let begin = number * 256;
  if (begin >= parameters.length) { return; }
  var sum = 0.0;
  for (var index = begin + thread; index < min(begin + 256, parameters.length); index += 64) {
    let loss = elementLoss(a[index], b[index]);
    sum += loss.x;
#if gradient
    gradients[index] = parameters.weight * loss.y;
#endif
  }
  losses[number * 64 + thread] = sum;
}
