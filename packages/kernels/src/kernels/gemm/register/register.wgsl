// output = activation(alpha * A B + bias) (+ output), for processors without subgroups of a known
// size.
//
// No workgroup memory and no barriers. Each thread computes 4 x 4 results in registers: thread t
// takes the columns 4 * (t % 8) to + 3 and the rows 4 * (t / 8) to + 3 of the 32 x 32 results of
// its workgroup. Rows and columns beyond the edge read the last one again; what they give is not
// stored.
#include kernels/gemm/product/operands
#include kernels/gemm/product/epilogue

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let task = taskOf(workgroup, workgroups, 32, 32);
  let firstRow = task.firstRow + 4 * (thread / 8);
  let column = task.firstColumn + 4 * (thread % 8);
  if (task.outside || firstRow >= parameters.m || column >= parameters.n) { return; }
  let rows = min(firstRow + sequence, vec4u(parameters.m - 1));
  let columns = min(column + sequence, vec4u(parameters.n - 1));
  var sums: mat4x4f;
  for (var inner = task.firstInner; inner < task.endInner; inner++) {
    let aPlaces = task.offsetA + placesA(rows, vec4u(inner));
    let bPlaces = task.offsetB + placesB(vec4u(inner), columns);
    let right = vec4f(elementB(bPlaces.x), elementB(bPlaces.y), elementB(bPlaces.z), elementB(bPlaces.w));
    sums[0] += elementA(aPlaces.x) * right;
    sums[1] += elementA(aPlaces.y) * right;
    sums[2] += elementA(aPlaces.z) * right;
    sums[3] += elementA(aPlaces.w) * right;
  }
  let results = parameters.alpha * sums;
  // No bound that a compiler knows, so that the epilogue stands in the code once.
  let bias = biasOfFour(column);
  for (var row = firstRow; row < min(firstRow + 4, parameters.m); row++) {
    storeFour(task.offsetOutput + row * parameters.n + column, column, bias, results[row - firstRow]);
  }
}
