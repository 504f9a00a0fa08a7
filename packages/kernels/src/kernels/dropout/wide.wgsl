fn dropGroup(row: u32, group: u32, factors: vec4f) {
  let index = row * (parameters.columns / 4) + group;
  storeOutput(index, loadInput(index) * factors);
}
