// What dropout multiplies a group of columns with. random/dropout.wgsl is put in front.

fn rowDraws(row: u32) -> vec4u { return dropoutRow(dropoutStream(parameters.site, random[0]), tokenKeys[row]); }

fn keptFactors(draws: vec4u, group: u32) -> Values {
  let words = dropoutWords(draws, dropoutGroup(group));
  return dropoutFactors(dropoutScale(words, parameters.threshold, parameters.keptScale), group);
}
