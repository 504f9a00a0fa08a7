fn residualTerm(index: u32) -> Values { return loadResidual(index); }
