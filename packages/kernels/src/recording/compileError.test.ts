import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GpuValidationError, KernelArgumentError, openDevice } from '../index.ts';
import type { ElementType, Gpu } from '../index.ts';
import { wgsl as flatIndexing } from '../wgsl/flatIndexing.wgsl.ts';
import { kernelProgram } from '../wgsl/kernelProgram.ts';

const output = '@group(0) @binding(next) var<storage, read_write> output: array<f32>;';
const body = (...lines: readonly string[]) => ['@compute @workgroup_size(1)', 'fn main() {', ...lines, '}'];

// A device without what kernels may enable: each is missing on some adapter.
let gpu: Gpu;
beforeEach(async () => {
  gpu = await openDevice({ withoutFeatures: ['shader-f16', 'subgroups'] });
});
afterEach(() => gpu.destroy());

/** What using a kernel throws, where the kernel is the lines given and reads one array. */
async function messageFor(...lines: readonly string[]): Promise<string> {
  const text = lines.join('\n');
  const source = { path: 'kernels/relu/relu.wgsl', text, includes: [flatIndexing] };
  const arrays = [gpu.allocate('f32', 4, 'input'), gpu.allocate('f32', 4, 'output')] as const;
  const program = kernelProgram('relu', source, { itemsPerThread: 4 });
  try {
    const reads = text.includes('input') ? [arrays[0]] : [];
    gpu.dispatch({ program, reads, writes: [arrays[1]], workgroups: [1, 1, 1] });
    await gpu.read(arrays[1]);
  } catch (error) {
    expect(error instanceof GpuValidationError || error instanceof KernelArgumentError, String(error)).toBe(true);
    return (error as Error).message;
  }
  throw new Error('the kernel was taken');
}

describe('a kernel that does not compile', () => {
  it('names the file and line that its author wrote', async () => {
    const message = await messageFor('#include wgsl/flatIndexing', output, ...body('  output[0] = inpud[0];'));
    expect(message).toMatch(/^kernel relu itemsPerThread 4 does not compile/);
    expect(message).toContain('kernels/relu/relu.wgsl:5:15');
  });

  it('names the line of a missing semicolon', async () => {
    expect(await messageFor(output, ...body('  output[0] = 1'))).toMatch(/kernels\/relu\/relu.wgsl:(4|5):/);
  });

  it.each([
    ['f16', '  output[0] = f32(f16(1.0));', /begin the file with `enable f16;`.*elementAccess/],
    ['subgroups', '  output[0] = subgroupAdd(1.0);', /begin the file with `enable subgroups;`/],
  ])('says that `enable %s` is missing', async (_name, line, advice) => {
    const message = await messageFor(output, ...body(line));
    expect(message).toMatch(advice);
    expect(message).toContain('kernels/relu/relu.wgsl:4:');
  });

  it.each(['f16', 'subgroups'])('says that the device lacks `enable %s`', async (name) => {
    const message = await messageFor(output, `enable ${name};`, ...body('  output[0] = 1;'));
    expect(message).toMatch(/kernels\/relu\/relu.wgsl:2: this device lacks what the line enables.*gpu.profile/);
  });

  it('names the workgroup that is larger than the device allows, and what it allows', async () => {
    const message = await messageFor(output, '@compute @workgroup_size(4096)', 'fn main() { output[0] = 1; }');
    const { maxComputeInvocationsPerWorkgroup: most } = gpu.info.limits;
    expect(message).toContain(
      `kernels/relu/relu.wgsl:2: the workgroup is larger than this device allows: ${most} threads`,
    );
  });

  it('names the memory of a workgroup that is larger than the device allows', async () => {
    const message = await messageFor(
      'var<workgroup> tile: array<f32, 60000>;',
      output,
      ...body('  tile[0] = 1;', '  output[0] = tile[0];'),
    );
    expect(message).toMatch(/kernels\/relu\/relu.wgsl:1: the workgroup's memory is larger than this device allows/);
  });

  it('says how the entry point is named', async () => {
    const message = await messageFor(output, '@compute @workgroup_size(1)', 'fn start() { output[0] = 1; }');
    expect(message).toContain('the entry point must be named main');
  });
});

describe('bindings that the dispatch does not have', () => {
  const input = '@group(0) @binding(next) var<storage, read> input: array<f32>;';

  it('says the number of one too many, and which there are', async () => {
    const message = await messageFor(output.replace('next', '7'), ...body('  output[0] = 1;'));
    expect(message).toBe(
      'kernel relu itemsPerThread 4: kernels/relu/relu.wgsl:1: output is binding 7, for which there is no array: list it in reads or writes. ' +
        'The dispatch reads nothing and writes binding 1, and has its parameters at binding 0.',
    );
  });

  it('names one that is declared for reading and written', async () => {
    const message = await messageFor(input, output.replace('read_write', 'read'), ...body('  let x = input[0];'));
    expect(message).toContain(
      'kernels/relu/relu.wgsl:2: output is binding 2, which is listed in writes: declare it as var<storage, read_write>.',
    );
  });

  it('names parameters that are not uniform', async () => {
    const parameters = '@group(0) @binding(0) var<storage, read> parameters: array<u32>;';
    const message = await messageFor(parameters, output, ...body('  output[0] = f32(parameters[0]);'));
    expect(message).toContain(
      'relu.wgsl:1: parameters is binding 0, which holds the parameters: declare it as var<uniform>',
    );
  });

  it('says which array of the dispatch nothing declares', async () => {
    const message = await messageFor(
      '// input: read by nobody',
      output.replace('next', '2'),
      ...body('  output[0] = 1;'),
    );
    expect(message).toContain(
      'relu.wgsl:2: nothing is declared at binding 1, where the dispatch has an array of reads.',
    );
  });
});

describe('floats that an array does not hold', () => {
  const program = (element: string) => ({
    key: `copy of ${element}`,
    source: () => `@group(0) @binding(1) var<storage, read> input: array<${element}>;
@group(0) @binding(2) var<storage, read_write> output: array<u32>;
@compute @workgroup_size(1) fn main() { output[0] = u32(input[0]${element.includes('vec') ? '.x' : ''}); }`,
  });
  const copy = (element: string, elementType: ElementType) => {
    const arrays = [gpu.allocate(elementType, 4, 'activations'), gpu.allocate('u32', 4, 'output')] as const;
    gpu.dispatch({ program: program(element), reads: [arrays[0]], writes: [arrays[1]], workgroups: [1, 1, 1] });
  };

  it.each(['f32', 'vec4f', 'vec2<f32>'])('are an error where %s is declared, after other arrays too', (element) => {
    copy(element, 'f32');
    expect(() => copy(element, 'f16')).toThrow(
      `kernel copy of ${element}: input is declared as an array of f32; got activations, of f16. ` +
        "Pass a cast(tensor, 'f32').",
    );
  });

  it('are taken as whole numbers, which kernels read bits by', () => copy('u32', 'f16'));
});

it('takes no word of the source that is quoted for its own', async () => {
  const source = () => '@compute @workgroup_size(1) fn main() { let x: u32 = 1.5; }';
  gpu.dispatch({ program: { key: 'half', source }, reads: [], writes: [], workgroups: [1, 1, 1] });
  const failure = await gpu.idle().catch((error: Error) => error.message);
  expect(failure).toMatch(/kernel half does not compile/);
  expect(failure).not.toMatch(/larger than this device allows|must be named main/);
});

it('reads declarations that share a line', async () => {
  const source = () =>
    '@group(0) @binding(0) var<uniform> numbers: vec4u; @group(0) @binding(1) var<storage, read_write> output: array<f32>;' +
    '@compute @workgroup_size(1) fn main() { output[0] = f32(numbers.x); }';
  const array = gpu.allocate('f32', 4, 'output');
  const program = { key: 'one line', source };
  gpu.dispatch({ program, parameters: { integers: [7] }, reads: [], writes: [array], workgroups: [1, 1, 1] });
  expect(((await gpu.read(array)) as Float32Array)[0]).toBe(7);
});

it('says how many workgroups a device takes', () => {
  const program = { key: 'relu', source: () => '' };
  const array = gpu.allocate('f32', 4, 'output');
  const most = gpu.info.limits.maxComputeWorkgroupsPerDimension;
  expect(() => gpu.dispatch({ program, reads: [], writes: [array], workgroups: [1, most + 1, 1] })).toThrow(
    `kernel relu: [1, ${most + 1}, 1] workgroups are dispatched; this device takes ${most} along x, y and z. spreadWorkgroups(count)`,
  );
});

it('says where a view may begin', () => {
  const array = gpu.allocatePersistent('f32', 256, 'weights');
  expect(() => array.view(65, 3)).toThrow(
    'view of weights: it would begin at byte 260, and bindings begin at multiples of 256 bytes: element 65 of f32 is not on one; the next that is on one is 128. Pad',
  );
});
