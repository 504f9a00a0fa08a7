/**
 * WGSL of `storeGradient(index, value)`: writes to the array of that name at binding 4, or nowhere.
 */
export function gradientStore(name: string | null): string {
  if (name === null) return 'fn storeGradient(index: u32, value: f32) {}\n';
  return [
    `@group(0) @binding(4) var<storage, read_write> ${name}: array<f32>;`,
    `fn storeGradient(index: u32, value: f32) { ${name}[index] = value; }`,
    '',
  ].join('\n');
}
