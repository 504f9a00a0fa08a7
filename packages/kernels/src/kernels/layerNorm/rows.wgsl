// Which rows a thread takes, how a row is summed up, and what dropout multiplies it with.
//
// rowPerInvocation: a row for each of 16 threads, without barriers: for adapters that run on the
// CPU.
// Otherwise: a row for a workgroup of 128 threads, sums by a tree in workgroup memory: for GPUs.
// A thread takes every rowThreads-th vector of its row from firstVectorOf(thread) on.
#include wgsl/vectorTotals

#if rowPerInvocation
const rowThreads = 1u;
const workgroupThreads = 16u;

fn rowOf(workgroup: u32, thread: u32) -> u32 { return workgroup * 16 + thread; }
fn firstVectorOf(thread: u32) -> u32 { return 0; }
fn rowTotal(value: f32, thread: u32) -> f32 { return value; }
#else
const rowThreads = 128u;
const workgroupThreads = 128u;
var<workgroup> partialTotals: array<f32, rowThreads>;

fn rowOf(workgroup: u32, thread: u32) -> u32 { return workgroup; }
fn firstVectorOf(thread: u32) -> u32 { return thread; }

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

#if dropout
#include random/dropout

fn rowDraws(row: u32) -> vec4u { return dropoutRow(dropoutStream(parameters.site, random[0]), tokenKeys[row]); }

fn keptFactors(draws: vec4u, vector: u32) -> Values {
#if vec4
  return dropoutScale(dropoutWords(draws, vector), parameters.threshold, parameters.keptScale);
#else
  return dropoutScale(dropoutWords(draws, vector / 4), parameters.threshold, parameters.keptScale)[vector % 4];
#endif
}
#endif
