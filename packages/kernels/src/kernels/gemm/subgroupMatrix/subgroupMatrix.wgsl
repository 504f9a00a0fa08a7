// output = activation(alpha * A B + bias) (+ output), by the matrix units of GPUs: operands in f16,
// sums in f32.
//
// Four subgroups of `lanes` invocations, two by two; each computes across x across fragments of the
// results. Both operands are brought to workgroup memory as f16, tileInner inner steps at a time,
// whatever their layout and type: along the dimension in which they are contiguous, with padding
// against bank conflicts. Inner steps beyond the end are zeroed; rows and columns beyond the edge
// read the last one again, and what they give is not stored. Finished fragments pass through
// workgroup memory to the epilogue, one of each subgroup at a time.
// subgroupMatrix.ts writes the sizes, the types of fragments, and loadLeft, loadRight and
// storeResult in the spelling that the device understands.
enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;
// Places that depend on the subgroup's number are the same for all of its lanes, which the analysis
// of WGSL cannot see.
diagnostic(off, chromium.subgroup_matrix_uniformity);
#include kernels/gemm/product/operands
#include kernels/gemm/product/epilogue

const threads = 4u * lanes;
const tileRows = 2u * across * fragmentRows;
const tileColumns = 2u * across * fragmentColumns;
const tileInner = 32u;
const padding = 8u;
const strideA = select(tileRows, tileInner, aAlongK) + padding;
const strideB = select(tileColumns, tileInner, bAlongK) + padding;
const fragmentSize = fragmentRows * fragmentColumns;

var<workgroup> tileA: array<f16, select(tileInner, tileRows, aAlongK) * strideA>;
var<workgroup> tileB: array<f16, select(tileInner, tileColumns, bAlongK) * strideB>;
var<workgroup> finished: array<f32, 4 * fragmentSize>;

#if asksLanes
enable subgroup_size_control;
@compute @workgroup_size(threads) @subgroup_size(lanes)
#else
@compute @workgroup_size(threads)
#endif
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let task = taskOf(workgroup, workgroups, tileRows, tileColumns);
  if (task.outside) { return; }
  let subgroup = thread / lanes;
  let firstRow = subgroup / 2 * across * fragmentRows;
  let firstColumn = subgroup % 2 * across * fragmentColumns;
  var sums: array<array<Sums, across>, across>;
  // Of the four columns of A that this thread reads, always the same.
  var columnsOfA = vec4f(0);
  for (var inner = task.firstInner; inner < task.endInner; inner += tileInner) {
    workgroupBarrier();
    for (var four = thread; four < tileRows * tileInner / 4; four += threads) { columnsOfA += stageA(task, inner, four); }
    for (var four = thread; four < tileColumns * tileInner / 4; four += threads) { stageB(task, inner, four); }
    workgroupBarrier();
    for (var step = 0u; step < tileInner; step += fragmentInner) {
      var left: array<Left, across>;
      for (var i = 0u; i < across; i++) { left[i] = loadLeft(firstRow + i * fragmentRows, step); }
      for (var j = 0u; j < across; j++) {
        let right = loadRight(step, firstColumn + j * fragmentColumns);
        for (var i = 0u; i < across; i++) { sums[i][j] = subgroupMatrixMultiplyAccumulate(left[i], right, sums[i][j]); }
      }
    }
  }
#if columnSums
  if (task.firstColumn == 0) {
    workgroupBarrier();
    for (var i = 0u; i < 4; i++) { finished[4 * thread + i] = columnsOfA[i]; }
    workgroupBarrier();
    for (var column = thread; column < tileRows; column += threads) {
      var sum = 0.0;
      for (var place = column; place < 4 * threads; place += tileRows) { sum += finished[place]; }
      let row = task.firstRow + column;
      if (row < parameters.m) { storeColumnSum(workgroup.z * parameters.m + row, sum); }
    }
  }
#endif
  for (var i = 0u; i < across; i++) {
    for (var j = 0u; j < across; j++) {
      workgroupBarrier();
      storeResult(subgroup * fragmentSize, sums[i][j]);
      workgroupBarrier();
      let row = task.firstRow + firstRow + i * fragmentRows;
      let column = task.firstColumn + firstColumn + j * fragmentColumns;
      for (var four = thread % lanes; four < fragmentSize / 4; four += lanes) {
        finishFour(task.offsetOutput, row, column, subgroup * fragmentSize, 4 * four);
      }
    }
  }
}

// Returns what it read, before it is rounded.
fn stageA(task: Task, inner: u32, four: u32) -> vec4f {
  let vec4s = select(tileRows, tileInner, aAlongK) / 4;
  let line = vec4u(four / vec4s);
  let along = four % vec4s * 4 + sequence;
  let inners = inner + select(line, along, aAlongK);
  let rows = min(task.firstRow + select(along, line, aAlongK), vec4u(parameters.m - 1));
  let values = fetchA(task.offsetA + placesA(rows, min(inners, vec4u(task.endInner - 1))));
  let inside = select(vec4f(0), values, inners < vec4u(task.endInner));
  let kept = vec4h(inside);
  let slot = line.x * strideA + along.x;
  for (var i = 0u; i < 4; i++) { tileA[slot + i] = kept[i]; }
  return inside;
}

fn stageB(task: Task, inner: u32, four: u32) {
  let vec4s = select(tileColumns, tileInner, bAlongK) / 4;
  let line = vec4u(four / vec4s);
  let along = four % vec4s * 4 + sequence;
  let inners = inner + select(line, along, bAlongK);
  let columns = min(task.firstColumn + select(along, line, bAlongK), vec4u(parameters.n - 1));
  let values = fetchB(task.offsetB + placesB(min(inners, vec4u(task.endInner - 1)), columns));
  let kept = vec4h(select(vec4f(0), values, inners < vec4u(task.endInner)));
  let slot = line.x * strideB + along.x;
  for (var i = 0u; i < 4; i++) { tileB[slot + i] = kept[i]; }
}

// Four results of a finished fragment, from number `first` of it on; the fragment's own first row
// and column are given.
fn finishFour(offset: u32, firstRow: u32, firstColumn: u32, slot: u32, first: u32) {
  let row = firstRow + first / fragmentColumns;
  let column = firstColumn + first % fragmentColumns;
  if (row >= parameters.m || column >= parameters.n) { return; }
  let place = slot + first;
  let results = parameters.alpha * vec4f(finished[place], finished[place + 1], finished[place + 2], finished[place + 3]);
  storeFour(offset + row * parameters.n + column, column, biasOfFour(column), results);
}
