// How a row is summed up, of which threads have parts as in rows.wgsl.
//
// rowPerInvocation: a thread has all of it. Otherwise: by a tree in workgroup memory.

#if rowPerInvocation
fn rowTotal(value: f32, thread: u32) -> f32 { return value; }
#else
var<workgroup> partialTotals: array<f32, rowThreads>;

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
#endif
