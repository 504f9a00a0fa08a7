fn dropGroup(row: u32, group: u32, factors: vec4f) {
  let first = group * 4;
  for (var column = first; column < min(first + 4, parameters.columns); column++) {
    let index = row * parameters.columns + column;
    storeOutput(index, loadInput(index) * factors[column - first]);
  }
}
