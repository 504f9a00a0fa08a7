import { expect, it } from 'vitest';
import { GpuValidationError, openDevice } from '../index.ts';
import { wgsl as flatIndexing } from '../wgsl/flatIndexing.wgsl.ts';
import { kernelProgram } from '../wgsl/kernelProgram.ts';

/** What reading the output of a kernel throws, where the kernel is the lines given. */
async function messageFor(...lines: readonly string[]): Promise<string> {
  using gpu = await openDevice({ backend: 'null' });
  const source = {
    path: 'kernels/relu/relu.wgsl',
    text: lines.join('\n'),
    includes: { 'wgsl/flatIndexing': flatIndexing },
  };
  const output = gpu.allocate('f32', 4, 'output');
  const program = kernelProgram('relu', source, { itemsPerThread: 4 });
  gpu.dispatch({ program, reads: [], writes: [output], workgroups: [1, 1, 1] });
  const error: unknown = await gpu.read(output).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(GpuValidationError);
  return (error as Error).message;
}

const main = ['@compute @workgroup_size(1)', 'fn main() {'];

it('names the file and line that the author wrote', async () => {
  const binding = '@group(0) @binding(next) var<storage, read_write> output: array<f32>;';
  const message = await messageFor('#include wgsl/flatIndexing', binding, ...main, '  output[0] = inpud[0];', '}');
  expect(message).toMatch(/^kernel relu itemsPerThread 4 does not compile/);
  expect(message).toContain('kernels/relu/relu.wgsl:5:15 error: unresolved value');
});

it('says the number of a binding that the dispatch does not have, and which it has', async () => {
  const binding = '@group(0) @binding(7) var<storage, read_write> output: array<f32>;';
  const message = await messageFor(binding, ...main, '  output[0] = 1;', '}');
  expect(message).toContain('binding 7 does not fit: the dispatch reads nothing and writes binding 1.');
});
