fn writeGradInput(row: u32, group: u32, gradient: Values) {
  gradInput[row * parameters.groups + group] = GradInput(gradient * keptFactors(row, group));
}
