// The values that are normalised are written to `sum` when they are first computed, and read from there afterwards.

fn firstRead(row: u32, group: u32) -> Values {
  let index = row * parameters.groups + group;
  let stored = Sum(residualTerm(index) + Values(input[index]) * keptFactors(row, group));
  sum[index] = stored;
  return Values(stored);
}

fn readAgain(index: u32) -> Values { return Values(sum[index]); }
