fn residualTerm(index: u32) -> Values { return Values(residual[index]); }
