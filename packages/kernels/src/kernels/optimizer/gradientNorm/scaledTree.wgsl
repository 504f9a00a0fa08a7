// The sum of one scaled sum of each thread of a workgroup, of treeThreads threads, by a tree.
#include kernels/optimizer/gradientNorm/scaledSum

var<workgroup> scaledSums: array<vec2u, treeThreads>;

// Thread 0 gets the sum of all.
fn treeSum(own: ScaledSum, thread: u32) -> ScaledSum {
  scaledSums[thread] = storedScaled(own);
  workgroupBarrier();
  for (var half = treeThreads / 2; half > 0; half /= 2) {
    if (thread < half) {
      let sum = addScaled(loadScaled(scaledSums[thread]), loadScaled(scaledSums[thread + half]));
      scaledSums[thread] = storedScaled(sum);
    }
    workgroupBarrier();
  }
  return loadScaled(scaledSums[0]);
}
