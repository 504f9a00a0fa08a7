// Which rows a thread takes, and what dropout multiplies it with.
//
// rowPerInvocation: a row for each of 16 threads: for adapters that run on the CPU.
// Otherwise: a row for a workgroup of 128 threads: for GPUs.
// A thread takes every rowThreads-th vector of its row from firstVectorOf(thread) on.
#include wgsl/vectorTotals

#if rowPerInvocation
const rowThreads = 1u;
const workgroupThreads = 16u;

fn rowOf(workgroup: u32, thread: u32) -> u32 { return workgroup * 16 + thread; }
fn firstVectorOf(thread: u32) -> u32 { return 0; }
#else
const rowThreads = 128u;
const workgroupThreads = 128u;

fn rowOf(workgroup: u32, thread: u32) -> u32 { return workgroup; }
fn firstVectorOf(thread: u32) -> u32 { return thread; }
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
