// What dropout multiplies probabilities with: 0 or 1 / (1 - probability). The channel of a pair is head * 65536 + the key's position in its sequence, so
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

// For a query and the eight keys from firstKey on; those behind lastKey do not count. Where positions have no gap, as almost always, two draws are enough.
fn keptFactors(queryRow: u32, firstKey: u32, lastKey: u32, head: u32) -> array<vec4f, 2> {
  let queryKey = tokenKeyOf(queryRow);
  let first = positionOf(firstKey);
  let last = min(firstKey + 7, lastKey);
  let gapless = first % 4 == 0 && positionOf(last) - first == last - firstKey;
  var factors = array<vec4f, 2>(drawFactors(queryKey, head, first), drawFactors(queryKey, head, first + 4));
  for (var i = select(0u, 8u, gapless); i < 8; i++) {
    let position = positionOf(min(firstKey + i, lastKey));
    let drawn = drawFactors(queryKey, head, position)[position % 4];
    let here = vec4u(0, 1, 2, 3) == vec4u(i % 4);
    if (i < 4) { factors[0] = select(factors[0], vec4f(drawn), here); } else { factors[1] = select(factors[1], vec4f(drawn), here); }
  }
  return factors;
}
