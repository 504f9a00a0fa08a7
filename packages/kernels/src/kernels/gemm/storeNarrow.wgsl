// Stores up to four results of a row, as many as there are columns. The bounds of the loop are such that no compiler unrolls it.
fn storeFour(place: u32, firstColumn: u32, bias: vec4f, values: vec4f) {
  for (var column = firstColumn; column < min(firstColumn + 4, parameters.n); column++) {
    let number = column - firstColumn;
    finish(place + number, bias[number], values[number]);
  }
}
