/**
 * A multiply-add loop on 16 chains of four numbers, 64 of them a trip: what arithmetic can reach on
 * an adapter at most.
 */
export const multiplyAdds = (() => {
  const chains = Array.from({ length: 16 }, (_, index) => `chain${index}`);
  const additions = chains.map((chain) => `${chain} = fma(${chain}, factor, summand);`).join(' ');
  const trip = Array.from({ length: 4 }, () => additions).join('\n    ');
  return `// output[thread] = sum of 16 chains of x = fma(x, factor, summand)
struct Parameters { trips: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read_write> output: array<vec4f>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) thread: vec3u) {
  let factor = vec4f(0.999, 0.998, 0.997, 0.996) + f32(thread.x) * 1e-9;
  let summand = vec4f(0.001);
  ${chains.map((chain, index) => `var ${chain} = vec4f(${index}.5);`).join(' ')}
  for (var trip = 0u; trip < parameters.trips; trip++) {
    ${trip}
  }
  output[thread.x] = ${chains.join(' + ')};
}`;
})();
