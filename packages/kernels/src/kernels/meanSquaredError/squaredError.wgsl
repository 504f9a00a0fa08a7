// loss = (a - b)^2, derivative by a = 2 * (a - b). Put in front of elementwiseLoss.wgsl.
fn elementLoss(a: f32, b: f32) -> vec2f {
  let difference = a - b;
  return vec2f(difference * difference, 2.0 * difference);
}
