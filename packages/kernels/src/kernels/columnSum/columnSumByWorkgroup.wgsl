// output[block, column] = sum over the block's rows of input[row, column]
//   (* factor, where it is scaled) (+ output[block, column], where it accumulates), for GPUs
//
// input: [rows, columns], f32 or f16; output: f32[blocks, columns]
// A workgroup of 256 threads sums 8 vectors of columns of a block of rowsPerBlock rows: 32 threads
// take every 32nd row, and are then summed by a tree. Workgroups go over vectors in x, blocks in y.

struct Parameters { rows: u32, vectors: u32, rowsPerBlock: u32, factor: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> input: array<Input>;
@group(0) @binding(2) var<storage, read_write> output: array<Output>;

const across = 8u;
const threads = 256u;
var<workgroup> sums: array<Values, threads>;

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) thread: u32) {
  let vector = workgroup.x * across + thread % across;
  let column = min(vector, parameters.vectors - 1);
  let firstRow = workgroup.y * parameters.rowsPerBlock;
  let endRow = min(firstRow + parameters.rowsPerBlock, parameters.rows);
  var sum = Values(0.0);
  for (var row = firstRow + thread / across; row < endRow; row += threads / across) {
    sum += loadInput(row * parameters.vectors + column);
  }
  sums[thread] = sum;
  workgroupBarrier();
  for (var half = threads / 2; half >= across; half /= 2) {
    if (thread < half) { sums[thread] += sums[thread + half]; }
    workgroupBarrier();
  }
  if (thread >= across || vector >= parameters.vectors) { return; }
  let index = workgroup.y * parameters.vectors + vector;
  var total = sums[thread];
#if scaled
  total *= parameters.factor;
#endif
#if accumulate
  total += output[index];
#endif
  output[index] = total;
}
