fn residualTerm(index: u32) -> Values { return Values(0.0); }
