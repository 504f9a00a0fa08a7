// What dropout multiplies probabilities with: 0 or 1 / (1 - probability); always 1 without dropout.
//
// The channel of a pair is head * 65536 + the key's position in its sequence, so that four
// neighbouring keys share one draw. Token keys and random state are in arrays of their own, or in
// rowData.
#if dropout
#include random/dropout

#if rowData
fn tokenKeyOf(row: u32) -> u32 { return rowData[1 + row * parameters.numHeads].z; }
fn randomState() -> vec4u { return rowData[0]; }
#else
fn tokenKeyOf(row: u32) -> u32 { return tokenKeys[row]; }
fn randomState() -> vec4u { return random[0]; }
#endif

fn pairStream() -> vec4u { return dropoutStream(parameters.site, randomState()); }

fn positionOf(row: u32) -> u32 { return tokenKeyOf(row) & 0xffff; }

// Of the four keys from firstKey on. Those behind lastKey do not count; they are placed as if the
// sequence went on.
fn fourPositions(firstKey: u32, lastKey: u32) -> vec4u {
  let keys = vec4u(firstKey) + vec4u(0, 1, 2, 3);
  let real = min(keys, vec4u(lastKey));
  return vec4u(positionOf(real.x), positionOf(real.y), positionOf(real.z), positionOf(real.w)) + (keys - real);
}

fn drawFactors(stream: vec4u, queryKey: u32, head: u32, position: u32) -> vec4f {
  let words = dropoutWords(dropoutRow(stream, queryKey), head * 16384 + position / 4);
  return dropoutScale(words, parameters.threshold, parameters.keptScale);
}

// For one pair: the key of a query's token, and the position of a key.
fn keptFactor(stream: vec4u, queryKey: u32, position: u32, head: u32) -> f32 {
  return drawFactors(stream, queryKey, head, position)[position % 4];
}

// For a query and four keys. Where positions have no gap, as almost always, one draw is enough.
fn fourFactors(stream: vec4u, queryKey: u32, positions: vec4u, head: u32) -> vec4f {
  let gapless = all(positions == vec4u(positions.x / 4 * 4) + vec4u(0, 1, 2, 3));
  var factors = vec4f(0.0);
  let draws = select(4u, 1u, gapless);
  for (var i = 0u; i < draws; i++) {
    let drawn = drawFactors(stream, queryKey, head, positions[i]);
    factors = select(select(factors, vec4f(drawn[positions[i] % 4]), vec4u(0, 1, 2, 3) == vec4u(i)), drawn, gapless);
  }
  return factors;
}
#else
fn tokenKeyOf(row: u32) -> u32 { return 0; }
fn pairStream() -> vec4u { return vec4u(); }
fn positionOf(row: u32) -> u32 { return 0; }
fn fourPositions(firstKey: u32, lastKey: u32) -> vec4u { return vec4u(); }
fn keptFactor(stream: vec4u, queryKey: u32, position: u32, head: u32) -> f32 { return 1.0; }
fn fourFactors(stream: vec4u, queryKey: u32, positions: vec4u, head: u32) -> vec4f { return vec4f(1.0); }
#endif
