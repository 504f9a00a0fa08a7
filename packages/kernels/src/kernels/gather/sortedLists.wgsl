// Where the places of sorted lists of indices lie, and the runs of equal indices in them.
//
// There is a list for each of `outer` and each of `columns`, or one for several where its stride is
// 0. In the order of its indices a list has `places` positions; the run of an index `number` is
// from begins to before ends, at its cell; they are equal where it does not occur. Columns may be
// vectors of columns. Sums of whole parts of a run are in `parts` rows of [outer, columns], on
// `levels` levels: one of level l is of 64^l positions, counted from the begin of its run, and in
// the row of its level that its position's number has, divided by 64^l. No two parts have the same.

struct Lists {
  outer: u32, length: u32, places: u32, columns: u32,
  outerStride: u32, placeStride: u32, columnStride: u32,
  outerCells: u32, numberCells: u32, columnCells: u32,
  levels: u32, parts: u32,
}

fn baseOf(lists: Lists, outer: u32, column: u32) -> u32 { return outer * lists.outerStride + column * lists.columnStride; }

fn cellOf(lists: Lists, outer: u32, column: u32, number: u32) -> u32 {
  return outer * lists.outerCells + number * lists.numberCells + column * lists.columnCells;
}
