// Which places of a matrix a thread takes: some rows, one after the other, and of each every eighth column from `firstColumn` on, before
// `endColumn`. A column may be a vector of columns.
//
// In front: const stretch. 64 threads a workgroup. Eight neighbours share `rowsEach` rows, of long ones a stretch of columns: they read
// lines of memory whole, and look up once for a row what belongs to it. `stretches` make a row.
// The bounds are such as compilers do not know: software adapters take seconds to compile loops unrolled.

struct Matrix { rows: u32, columns: u32, rowsEach: u32, stretches: u32 }

struct RowIndexing { firstRow: u32, endRow: u32, firstColumn: u32, endColumn: u32 }

fn rowIndexing(matrix: Matrix, workgroup: vec3u, workgroups: vec3u, thread: u32) -> RowIndexing {
  let number = workgroup.x + workgroup.y * workgroups.x;
  let block = number / matrix.stretches;
  let firstRow = (block * 8 + thread / 8) * matrix.rowsEach;
  let firstColumn = (number - block * matrix.stretches) * stretch;
  return RowIndexing(
    firstRow, min(firstRow + matrix.rowsEach, matrix.rows), firstColumn + thread % 8, min(firstColumn + stretch, matrix.columns));
}
