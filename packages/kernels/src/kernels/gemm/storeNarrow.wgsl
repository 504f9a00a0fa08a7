// Stores up to four results of a row, as many as there are columns. The bounds of the loop are such that no compiler unrolls it.
fn storeFour(place: u32, firstColumn: u32, values: vec4f) {
  for (var column = firstColumn; column < min(firstColumn + 4, parameters.n); column++) {
    finish(place + column - firstColumn, column, values[column - firstColumn]);
  }
}
