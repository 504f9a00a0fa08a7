// output = activation(alpha * A B + bias) (+ output), for GPUs.
//
// A workgroup of side x side threads computes edge x edge results, 16 inner steps at a time from
// workgroup memory. A thread holds blocks4x4 x blocks4x4 blocks of 4 x 4 results, 4 side rows and
// columns apart.
// Both operands are read as vectors along the dimension in which they are contiguous, whatever the
// layout, and lie in workgroup memory as they were read: along the inner dimension as
// [edge][4 vectors + 1 of padding against bank conflicts], with row r at (r % 4) * vec4s + r / 4,
// so that neighbouring threads read neighbouring vectors; or across it as [16][vec4s vectors]. Each
// thread then turns 4 x 4 elements in registers.
// Inner steps beyond the end are zeroed; rows and columns beyond the edge read the last one again,
// and what they give is not stored.
#include kernels/gemm/product/operands
#include kernels/gemm/product/epilogue

const threads = side * side;
const vec4s = side * blocks4x4;
const edge = 4 * vec4s;
const paddedVec4s = 5u;
var<workgroup> tileA: array<vec4f, edge * paddedVec4s>;
var<workgroup> tileB: array<vec4f, edge * paddedVec4s>;

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let task = taskOf(workgroup, workgroups, edge, edge);
  if (task.outside) { return; }
  let x = thread % side;
  let y = thread / side;
  var sums: array<mat4x4f, blocks4x4 * blocks4x4>;
#if columnSums
  // Of the four columns of A that this thread reads, always the same.
  var columnsOfA = vec4f(0);
#endif
  for (var inner = task.firstInner; inner < task.endInner; inner += 16) {
    workgroupBarrier();
    for (var number = thread; number < 16 * vec4s; number += threads) {
      let aInners = innersOf(number, inner, aAlongK);
      let aRows = min(task.firstRow + acrossOf(number, aAlongK), vec4u(parameters.m - 1));
      let left = fetchA(task.offsetA + placesA(aRows, min(aInners, vec4u(task.endInner - 1))));
      let kept = select(vec4f(0), left, aInners < vec4u(task.endInner));
      tileA[slotOf(number, aAlongK)] = kept;
#if columnSums
      columnsOfA += kept;
#endif
      let bInners = innersOf(number, inner, bAlongK);
      let bColumns = min(task.firstColumn + acrossOf(number, bAlongK), vec4u(parameters.n - 1));
      let right = fetchB(task.offsetB + placesB(min(bInners, vec4u(task.endInner - 1)), bColumns));
      tileB[slotOf(number, bAlongK)] = select(vec4f(0), right, bInners < vec4u(task.endInner));
    }
    workgroupBarrier();
    for (var step = inner; step < min(inner + 16, task.endInner); step += 4) {
      let four = (step - inner) / 4;
      var rightBlocks: array<mat4x4f, blocks4x4>;
      for (var j = 0u; j < blocks4x4; j++) { rightBlocks[j] = blockOfB(four, x + j * side); }
      for (var i = 0u; i < blocks4x4; i++) {
        let leftBlock = blockOfA(four, y + i * side);
        for (var j = 0u; j < blocks4x4; j++) {
          for (var part = 0u; part < 4; part++) {
            sums[i * blocks4x4 + j][0] += leftBlock[part].x * rightBlocks[j][part];
            sums[i * blocks4x4 + j][1] += leftBlock[part].y * rightBlocks[j][part];
            sums[i * blocks4x4 + j][2] += leftBlock[part].z * rightBlocks[j][part];
            sums[i * blocks4x4 + j][3] += leftBlock[part].w * rightBlocks[j][part];
          }
        }
      }
    }
  }
#if columnSums
  if (task.firstColumn == 0) {
    workgroupBarrier();
    tileA[thread] = columnsOfA;
    workgroupBarrier();
    if (thread < vec4s) { storeColumnsOfA(task.firstRow, workgroup.z, thread); }
  }
#endif
  // No bounds that a compiler knows, so that the epilogue stands in the code once.
  let results = sums;
  var i = 0u;
  for (var firstRow = task.firstRow + 4 * y; firstRow < min(task.firstRow + edge, parameters.m); firstRow += 4 * side) {
    var j = 0u;
    for (var column = task.firstColumn + 4 * x; column < min(task.firstColumn + edge, parameters.n); column += 4 * side) {
      let bias = biasOfFour(column);
      for (var row = firstRow; row < min(firstRow + 4, parameters.m); row++) {
        let values = parameters.alpha * results[i * blocks4x4 + j][row - firstRow];
        storeFour(task.offsetOutput + row * parameters.n + column, column, bias, values);
      }
      j++;
    }
    i++;
  }
}

#if columnSums
// Adds up what the threads found of the columns of vector `number`, and stores it.
fn storeColumnsOfA(firstRow: u32, part: u32, number: u32) {
  var sum = tileA[number];
  for (var other = number + vec4s; other < threads; other += vec4s) { sum += tileA[other]; }
  for (var i = 0u; i < 4; i++) {
    let row = firstRow + 4 * number + i;
    if (row < parameters.m) { storeColumnSum(part * parameters.m + row, sum[i]); }
  }
}
#endif

// The four elements of vector `number` of a tile: their inner steps, their rows of A or columns of
// B, and where they are put.
fn innersOf(number: u32, first: u32, alongK: bool) -> vec4u {
  return first + select(vec4u(number / vec4s), number % 4 * 4 + sequence, alongK);
}

fn acrossOf(number: u32, alongK: bool) -> vec4u { return select(number % vec4s * 4 + sequence, vec4u(number / 4), alongK); }

fn slotOf(number: u32, alongK: bool) -> u32 { return select(number, rowSlot(number / 4) + number % 4, alongK); }

fn rowSlot(row: u32) -> u32 { return (row % 4 * vec4s + row / 4) * paddedVec4s; }

// Four inner steps (columns of the matrix) of four rows of A, or of four columns of B (rows of the
// matrix).
fn blockOfA(four: u32, y: u32) -> mat4x4f {
  if (aAlongK) {
    let slot = y * paddedVec4s + four;
    let apart = vec4s * paddedVec4s;
    return transpose(mat4x4f(tileA[slot], tileA[slot + apart], tileA[slot + 2 * apart], tileA[slot + 3 * apart]));
  }
  let slot = edge * four + y;
  return mat4x4f(tileA[slot], tileA[slot + vec4s], tileA[slot + 2 * vec4s], tileA[slot + 3 * vec4s]);
}

fn blockOfB(four: u32, x: u32) -> mat4x4f {
  if (bAlongK) {
    let slot = x * paddedVec4s + four;
    let apart = vec4s * paddedVec4s;
    return transpose(mat4x4f(tileB[slot], tileB[slot + apart], tileB[slot + 2 * apart], tileB[slot + 3 * apart]));
  }
  let slot = edge * four + x;
  return mat4x4f(tileB[slot], tileB[slot + vec4s], tileB[slot + 2 * vec4s], tileB[slot + 3 * vec4s]);
}
