// The values that are normalised are written to `sum` when they are first computed, and read from there afterwards.

fn firstRead(row: u32, group: u32, draws: vec4u) -> Values {
  let index = row * parameters.groups + group;
  let value = residualTerm(index) + loadInput(index) * keptFactors(draws, group);
  storeSum(index, value);
  return value;
}

fn readAgain(index: u32) -> Values { return loadSum(index); }
