// Which elements of a flat array a thread takes: every eighth from `first` on, before `end`.
//
// In front: const turns. 64 threads a workgroup, each for `turns` elements: thread t of workgroup w takes elements (64 w + t / 8 * 8) turns
// + t % 8 + {0, 8, 16, …}. Eight neighbours read lines of memory whole, and a processor, which runs eight threads to their end before the
// next, goes through it in order. `end` is a bound that compilers do not know: software adapters take seconds to compile loops unrolled.

struct FlatIndexing { first: u32, end: u32 }

fn flatIndexing(workgroup: vec3u, workgroups: vec3u, thread: u32, count: u32) -> FlatIndexing {
  let begin = ((workgroup.x + workgroup.y * workgroups.x) * 64 + thread / 8 * 8) * turns;
  return FlatIndexing(begin + thread % 8, min(begin + 8 * turns, count));
}
