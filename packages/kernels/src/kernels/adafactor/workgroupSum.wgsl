// A sum over the 256 threads of a workgroup, in one order.

var<workgroup> sums: array<vec2f, 256>;

fn workgroupSum(own: vec2f, thread: u32) -> vec2f {
  sums[thread] = own;
  workgroupBarrier();
  for (var half = 128u; half > 0; half /= 2) {
    if (thread < half) { sums[thread] += sums[thread + half]; }
    workgroupBarrier();
  }
  return sums[0];
}
