// Which elements of a flat array a thread takes: every eighth from `first` on, before `end`; and where they lie if it is a matrix.
//
// In front: const turns. 64 threads a workgroup, each for `turns` elements: thread t of workgroup w takes elements (64 w + t / 8 * 8) turns
// + t % 8 + {0, 8, 16, …}. Eight neighbours read lines of memory whole, and a processor, which runs eight threads to their end before the
// next, goes through it in order. `end` is a bound that compilers do not know: software adapters take seconds to compile loops unrolled.

struct FlatShare { first: u32, end: u32 }

fn flatShare(workgroup: vec3u, workgroups: vec3u, thread: u32, count: u32) -> FlatShare {
  let begin = ((workgroup.x + workgroup.y * workgroups.x) * 64 + thread / 8 * 8) * turns;
  return FlatShare(begin + thread % 8, min(begin + 8 * turns, count));
}

// Where an element of a flat matrix lies.
struct Place { row: u32, column: u32 }

fn placeOf(index: u32, columns: u32) -> Place {
  let row = index / columns;
  return Place(row, index - row * columns);
}

// The place of the element eight further on, without a division, which processors do lane by lane. `eight` is placeOf(8, columns).
fn eightAfter(place: Place, eight: Place, columns: u32) -> Place {
  let column = place.column + eight.column;
  let wraps = column >= columns;
  return Place(place.row + eight.row + select(0u, 1u, wraps), column - select(0u, columns, wraps));
}
