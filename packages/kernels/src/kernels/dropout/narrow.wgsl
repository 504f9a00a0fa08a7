fn dropGroup(row: u32, group: u32, factors: vec4f) {
  for (var i = 0u; i < 4; i++) {
    let column = group * 4 + i;
    if (column < parameters.columns) {
      let index = row * parameters.columns + column;
      output[index] = Output(Values(input[index]) * factors[i]);
    }
  }
}
