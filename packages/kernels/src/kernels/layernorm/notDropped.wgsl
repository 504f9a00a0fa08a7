fn keptFactors(row: u32, group: u32) -> Values { return Values(1.0); }
