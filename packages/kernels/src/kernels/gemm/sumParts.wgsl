// output = activation(alpha * sum over parts of partials[part] + bias) (+ output)
//
// partials: f32[parts, m, n]; output: [m, n]. Four columns of a row a thread, 64 threads a workgroup.
// In front: fetchPartials (four elements from a place on); biasOfFour and storeFour.

struct Parameters { rows: u32, n: u32, columnFours: u32, parts: u32, alpha: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let number = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  let row = number / parameters.columnFours;
  let column = number % parameters.columnFours * 4;
  if (row >= parameters.rows) { return; }
  let place = row * parameters.n + column;
  var sum = vec4f(0);
  for (var part = 0u; part < parameters.parts; part++) {
    sum += fetchPartials(part * parameters.rows * parameters.n + place + vec4u(0, 1, 2, 3));
  }
  storeFour(place, column, biasOfFour(column), parameters.alpha * sum);
}
