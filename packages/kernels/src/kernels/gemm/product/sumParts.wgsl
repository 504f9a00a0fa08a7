// output = activation(alpha * sum over parts of partials[part] + bias) (+ output)
//
// columnSums[row] = sum over parts of partialColumns[part, row] (+ columnSums[row])
//
// partials: f32[parts, m, n]; output: [m, n]; partialColumns: f32[parts, m]
// Four columns of a row a thread, then a column sum a thread; 64 threads a workgroup.

struct Parameters { rows: u32, n: u32, columnVec4s: u32, parts: u32, alpha: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(next) var<storage, read> partials: array<Partials>;
#if columnSums
@group(0) @binding(next) var<storage, read> partialColumns: array<f32>;
#endif
#include kernels/gemm/product/epilogue

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let number = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  let row = number / parameters.columnVec4s;
  let column = number % parameters.columnVec4s * 4;
  if (row >= parameters.rows) {
#if columnSums
    sumColumn(number - parameters.rows * parameters.columnVec4s);
#endif
    return;
  }
  let place = row * parameters.n + column;
  var sum = vec4f(0);
  for (var part = 0u; part < parameters.parts; part++) {
    sum += fetchPartials(part * parameters.rows * parameters.n + place + vec4u(0, 1, 2, 3));
  }
  storeFour(place, column, biasOfFour(column), parameters.alpha * sum);
}

#if columnSums
fn sumColumn(row: u32) {
  if (row >= parameters.rows) { return; }
  var sum = 0.0;
  for (var part = 0u; part < parameters.parts; part++) { sum += partialColumns[part * parameters.rows + row]; }
  storeColumnSum(row, sum);
}
#endif

// Four elements from a place on; beyond the end of all partial sums the last one again.
#if vec4
fn fetchPartials(places: vec4u) -> vec4f { return loadPartials(places.x / 4); }
#else
fn fetchPartials(wanted: vec4u) -> vec4f {
  let places = min(wanted, vec4u(parameters.parts * parameters.rows * parameters.n - 1));
  return vec4f(loadPartials(places.x), loadPartials(places.y), loadPartials(places.z), loadPartials(places.w));
}
#endif
