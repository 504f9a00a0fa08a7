// Tiles of rows in workgroup memory, maxChunks chunks of each row.

// How far apart rows lie in a tile, in chunks, and where its element i is. With padded an odd
// number: neighbouring invocations read neighbouring rows, which must not begin in the same bank of
// workgroup memory.
#if padded
const rowStride = maxChunks + 1;
fn placeInTile(i: u32) -> u32 { return i / maxChunks * rowStride + i % maxChunks; }
#else
const rowStride = maxChunks;
fn placeInTile(i: u32) -> u32 { return i; }
#endif

// Element i of a tile of the rows from firstRow on; zero beyond the sequence and beyond the head.
fn tileQuery(firstRow: u32, endRow: u32, head: u32, i: u32) -> Values {
  if (outsideTile(firstRow, endRow, i)) { return Values(0.0); }
  return queryOf(firstRow + i / maxChunks, head, i % maxChunks);
}

fn tileKey(firstRow: u32, endRow: u32, head: u32, i: u32) -> Values {
  if (outsideTile(firstRow, endRow, i)) { return Values(0.0); }
  return keyOf(firstRow + i / maxChunks, head, i % maxChunks);
}

fn tileValue(firstRow: u32, endRow: u32, head: u32, i: u32) -> Values {
  if (outsideTile(firstRow, endRow, i)) { return Values(0.0); }
  return valueOf(firstRow + i / maxChunks, head, i % maxChunks);
}

#if !forward
fn tileGradOutput(firstRow: u32, endRow: u32, head: u32, i: u32) -> Values {
  if (outsideTile(firstRow, endRow, i)) { return Values(0.0); }
  return gradOutputOf(firstRow + i / maxChunks, head, i % maxChunks);
}
#endif

fn outsideTile(firstRow: u32, endRow: u32, i: u32) -> bool {
  return firstRow + i / maxChunks >= endRow || i % maxChunks >= parameters.chunks;
}
