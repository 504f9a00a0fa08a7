// Which elements of a matrix a thread takes: some rows, one after the other, and of each the
// columns from `firstColumn` on in steps of `abreast`, before `endColumn`. A column may be a vector
// of columns.
//
// 64 threads a workgroup. `abreast` neighbours, eight or as few as have a column of a short row,
// share `rowsPerThread` rows, of long ones a segment of `rowSegment` columns: they read whole lines
// of memory, and look up once for a row what belongs to it. `segments` make a row.
// Compilers do not know the bounds: software adapters take seconds to compile loops unrolled.

struct Matrix { rows: u32, columns: u32, rowsPerThread: u32, segments: u32 }

struct RowIndexing { firstRow: u32, endRow: u32, firstColumn: u32, endColumn: u32 }

fn rowIndexing(matrix: Matrix, workgroup: vec3u, workgroups: vec3u, thread: u32) -> RowIndexing {
  let number = workgroup.x + workgroup.y * workgroups.x;
  let block = number / matrix.segments;
  let firstRow = (block * (64 / abreast) + thread / abreast) * matrix.rowsPerThread;
  let firstColumn = (number - block * matrix.segments) * rowSegment;
  return RowIndexing(
    firstRow, min(firstRow + matrix.rowsPerThread, matrix.rows),
    firstColumn + thread % abreast, min(firstColumn + rowSegment, matrix.columns));
}
