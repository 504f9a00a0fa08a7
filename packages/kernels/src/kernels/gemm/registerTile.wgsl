// output = activation(alpha * A B + bias) (+ output)
//
// A is [m, k], B is [k, n], both read through strides, so that either may be stored transposed; output: [m, n]; bias: f32[n].
// No workgroup memory and no barriers. Each thread computes 4 x 4 results in registers: thread t of workgroup (x, y) takes the columns
// 4 * (8 * x + t % 8) to + 3 and the rows 4 * (8 * y + t / 8) to + 3; z is the number in the batch.
// In front: aliases A, B, Output, the bindings, `fn epilogue(row, column, value)`.

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) thread: u32) {
  let firstRow = 4 * (8 * workgroup.y + thread / 8);
  let firstColumn = 4 * (8 * workgroup.x + thread % 8);
  let m = parameters.m;
  let n = parameters.n;
  if (firstRow >= m || firstColumn >= n) { return; }
  // Rows and columns beyond the edge read the last one again; what they give is not stored.
  let rows = min(vec4u(firstRow) + vec4u(0, 1, 2, 3), vec4u(m - 1));
  let columns = min(vec4u(firstColumn) + vec4u(0, 1, 2, 3), vec4u(n - 1));
  let aPlaces = workgroup.z * parameters.strideA + rows * parameters.aRowStride;
  let bPlaces = workgroup.z * parameters.strideB + columns * parameters.bColumnStride;
  var sum0 = vec4f(0);
  var sum1 = vec4f(0);
  var sum2 = vec4f(0);
  var sum3 = vec4f(0);
  for (var i = 0u; i < parameters.k; i++) {
    let aOffset = i * parameters.aInnerStride;
    let bOffset = i * parameters.bInnerStride;
    let right = vec4f(f32(b[bPlaces.x + bOffset]), f32(b[bPlaces.y + bOffset]), f32(b[bPlaces.z + bOffset]), f32(b[bPlaces.w + bOffset]));
    sum0 += f32(a[aPlaces.x + aOffset]) * right;
    sum1 += f32(a[aPlaces.y + aOffset]) * right;
    sum2 += f32(a[aPlaces.z + aOffset]) * right;
    sum3 += f32(a[aPlaces.w + aOffset]) * right;
  }
  storeRow(workgroup.z, firstRow, firstColumn, sum0);
  storeRow(workgroup.z, firstRow + 1, firstColumn, sum1);
  storeRow(workgroup.z, firstRow + 2, firstColumn, sum2);
  storeRow(workgroup.z, firstRow + 3, firstColumn, sum3);
}

fn storeRow(batch: u32, row: u32, firstColumn: u32, values: vec4f) {
  if (row >= parameters.m) { return; }
  for (var column = firstColumn; column < min(firstColumn + 4, parameters.n); column++) { epilogue(batch, row, column, values[column - firstColumn]); }
}
