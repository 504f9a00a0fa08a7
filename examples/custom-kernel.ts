// A custom kernel: WGSL, recorded and run on Attune's device.
import { openDevice, spreadWorkgroups } from '@attune/kernels';

const source = `
struct Parameters { length: u32, factor: f32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let index = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  if (index >= parameters.length) { return; }
  output[index] = parameters.factor * input[index] * input[index];
}`;

const gpu = await openDevice();
const length = 1000;
const input = gpu.upload(
  Float32Array.from({ length }, (_, index) => index),
  'f32',
  'input',
);
const output = gpu.allocate('f32', length, 'output');
gpu.dispatch({
  program: { key: 'scaled square', source: () => source },
  parameters: { integers: [length], floats: [0.5] },
  reads: [input],
  writes: [output],
  workgroups: spreadWorkgroups(Math.ceil(length / 64)),
});
console.log((await gpu.read(output)).slice(0, 5));
gpu.destroy();
