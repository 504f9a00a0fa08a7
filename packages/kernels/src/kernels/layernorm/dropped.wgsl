// What dropout multiplies a group of columns with. random/dropout.wgsl is put in front.

fn keptFactors(row: u32, group: u32) -> Values {
  let words = dropoutWords(tokenKeys[row], dropoutGroup(group), parameters.operation, random[0]);
  return dropoutFactors(dropoutScale(words, parameters.threshold, parameters.keptScale), group);
}
