// q[c] w[c]: what a row wants of a class; see classLoss.wgsl.
fn wantedOf(row: u32, place: u32, column: u32) -> f32 {
#if byLabel
  let evenly = parameters.smoothing / f32(parameters.classes);
  let wanted = select(0.0, 1.0 - parameters.smoothing, column == labels[row]) + evenly;
#else
  let wanted = (1.0 - parameters.smoothing) * probabilities[place] + parameters.smoothing / f32(parameters.classes);
#endif
#if weighted
  return wanted * classWeights[column];
#else
  return wanted;
#endif
}
