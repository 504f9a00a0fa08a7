// output = activation(alpha * A B + bias) (+ output), for GPUs.
//
// A workgroup of 256 threads computes 64 x 64 results, 4 x 4 a thread, 16 inner steps at a time from workgroup memory. Both operands are
// read as vectors along the dimension in which they are contiguous, whatever the layout, and lie in workgroup memory as they were read:
// along the inner dimension as [64][4 vectors + 1 of padding against bank conflicts], with row r at (r % 4) * 16 + r / 4, so that
// neighbouring threads read neighbouring vectors; or across it as [16][16 vectors]. Each thread then turns 4 x 4 elements in registers.
// Inner steps beyond the end are zeroed; rows and columns beyond the edge read the last one again, and what they give is not stored.
// In front: tiles.wgsl and what it names; storeFour.

const paddedFours = 5u;
var<workgroup> tileA: array<vec4f, 64 * paddedFours>;
var<workgroup> tileB: array<vec4f, 64 * paddedFours>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let task = taskOf(workgroup, workgroups, 64, 64);
  if (task.outside) { return; }
  let x = thread % 16;
  let y = thread / 16;
  var sums: mat4x4f;
  for (var inner = task.firstInner; inner < task.endInner; inner += 16) {
    workgroupBarrier();
    let aInners = innersOf(thread, inner, aAlongK);
    let aRows = min(task.firstRow + acrossOf(thread, aAlongK), vec4u(parameters.m - 1));
    let left = fetchA(task.offsetA + placesA(aRows, min(aInners, vec4u(task.endInner - 1))));
    tileA[slotOf(thread, aAlongK)] = select(vec4f(0), left, aInners < vec4u(task.endInner));
    let bInners = innersOf(thread, inner, bAlongK);
    let bColumns = min(task.firstColumn + acrossOf(thread, bAlongK), vec4u(parameters.n - 1));
    let right = fetchB(task.offsetB + placesB(min(bInners, vec4u(task.endInner - 1)), bColumns));
    tileB[slotOf(thread, bAlongK)] = select(vec4f(0), right, bInners < vec4u(task.endInner));
    workgroupBarrier();
    for (var step = inner; step < min(inner + 16, task.endInner); step += 4) {
      let leftSquare = squareOfA((step - inner) / 4, y);
      let rightSquare = squareOfB((step - inner) / 4, x);
      for (var i = 0u; i < 4; i++) {
        sums[0] += leftSquare[i].x * rightSquare[i];
        sums[1] += leftSquare[i].y * rightSquare[i];
        sums[2] += leftSquare[i].z * rightSquare[i];
        sums[3] += leftSquare[i].w * rightSquare[i];
      }
    }
  }
  let firstRow = task.firstRow + 4 * y;
  let column = task.firstColumn + 4 * x;
  if (firstRow >= parameters.m || column >= parameters.n) { return; }
  let results = parameters.alpha * sums;
  // No bound that a compiler knows, so that the epilogue stands in the code once.
  for (var row = firstRow; row < min(firstRow + 4, parameters.m); row++) {
    storeFour(task.offsetOutput + row * parameters.n + column, column, results[row - firstRow]);
  }
}

// The four elements that a thread brings to workgroup memory: their inner steps, their rows of A or columns of B, and where they are put.
fn innersOf(thread: u32, first: u32, alongK: bool) -> vec4u { return first + select(vec4u(thread / 16), thread % 4 * 4 + sequence, alongK); }

fn acrossOf(thread: u32, alongK: bool) -> vec4u { return select(thread % 16 * 4 + sequence, vec4u(thread / 4), alongK); }

fn slotOf(thread: u32, alongK: bool) -> u32 { return select(thread, rowSlot(thread / 4) + thread % 4, alongK); }

fn rowSlot(row: u32) -> u32 { return (row % 4 * 16 + row / 4) * paddedFours; }

// Four inner steps (columns of the matrix) of four rows of A, or of four columns of B (rows of the matrix).
fn squareOfA(four: u32, y: u32) -> mat4x4f {
  if (aAlongK) {
    let slot = y * paddedFours + four;
    let apart = 16 * paddedFours;
    return transpose(mat4x4f(tileA[slot], tileA[slot + apart], tileA[slot + 2 * apart], tileA[slot + 3 * apart]));
  }
  let slot = 64 * four + y;
  return mat4x4f(tileA[slot], tileA[slot + 16], tileA[slot + 32], tileA[slot + 48]);
}

fn squareOfB(four: u32, x: u32) -> mat4x4f {
  if (bAlongK) {
    let slot = x * paddedFours + four;
    let apart = 16 * paddedFours;
    return transpose(mat4x4f(tileB[slot], tileB[slot + apart], tileB[slot + 2 * apart], tileB[slot + 3 * apart]));
  }
  let slot = 64 * four + x;
  return mat4x4f(tileB[slot], tileB[slot + 16], tileB[slot + 32], tileB[slot + 48]);
}
