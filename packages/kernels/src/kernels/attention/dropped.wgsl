// What dropout multiplies probabilities with: 0 or 1 / (1 - probability). The channel of a pair is head * 65536 + the key's position in its
// sequence, so
// that four neighbouring keys share one draw. In front: random/dropout.wgsl, and tokenKeyOf and randomState.

fn positionOf(row: u32) -> u32 { return tokenKeyOf(row) & 0xffff; }

fn drawFactors(queryKey: u32, head: u32, position: u32) -> vec4f {
  let words = dropoutWords(queryKey, head * 16384 + position / 4, parameters.operation, randomState());
  return dropoutScale(words, parameters.threshold, parameters.keptScale);
}

// For one pair of rows.
fn keptFactor(queryRow: u32, keyRow: u32, head: u32) -> f32 {
  let position = positionOf(keyRow);
  return drawFactors(tokenKeyOf(queryRow), head, position)[position % 4];
}

// For a query and the four keys from firstKey on; those behind lastKey do not count. Where positions have no gap, as almost always, one
// draw is enough.
fn fourFactors(queryRow: u32, firstKey: u32, lastKey: u32, head: u32) -> vec4f {
  let queryKey = tokenKeyOf(queryRow);
  let first = positionOf(min(firstKey, lastKey));
  let last = min(firstKey + 3, lastKey);
  let gapless = first % 4 == 0 && positionOf(last) - first == last - min(firstKey, lastKey);
  var factors = vec4f(0.0);
  let draws = select(4u, 1u, gapless);
  for (var i = 0u; i < draws; i++) {
    let position = positionOf(min(firstKey + i, lastKey));
    let drawn = drawFactors(queryKey, head, position);
    factors = select(select(factors, vec4f(drawn[position % 4]), vec4u(0, 1, 2, 3) == vec4u(i)), drawn, gapless);
  }
  return factors;
}
