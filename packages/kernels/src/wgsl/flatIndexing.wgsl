// Which elements of a flat array a thread takes: every eighth from `first` on, before `end`.
//
// 64 threads a workgroup, each for `itemsPerThread` elements: thread t of workgroup w takes
// (64 w + t / 8 * 8) itemsPerThread + t % 8 + {0, 8, 16, …}. Eight neighbours read whole lines of
// memory. A processor, which runs eight threads to their end before the next, reads in order.
// Compilers do not know `end`: software adapters take seconds to compile loops unrolled.

struct FlatIndexing { first: u32, end: u32 }

fn flatIndexing(workgroup: vec3u, workgroups: vec3u, thread: u32, count: u32) -> FlatIndexing {
  let begin = ((workgroup.x + workgroup.y * workgroups.x) * 64 + thread / 8 * 8) * itemsPerThread;
  return FlatIndexing(begin + thread % 8, min(begin + 8 * itemsPerThread, count));
}
