fn writeGradInput(row: u32, group: u32, gradient: Values) {
  storeGradInput(row * parameters.groups + group, gradient * keptFactors(row, group));
}
