// A row for each workgroup of 128 invocations, totals by a tree in workgroup memory: for GPUs.

const rowThreads = 128u;
var<workgroup> partialTotals: array<f32, rowThreads>;

fn rowOf(workgroup: u32, thread: u32) -> u32 { return workgroup; }
fn firstGroupOf(thread: u32) -> u32 { return thread; }

fn rowTotal(value: f32, thread: u32) -> f32 {
  partialTotals[thread] = value;
  workgroupBarrier();
  for (var half = rowThreads / 2; half > 0; half /= 2) {
    if (thread < half) { partialTotals[thread] += partialTotals[thread + half]; }
    workgroupBarrier();
  }
  let total = partialTotals[0];
  workgroupBarrier();
  return total;
}
