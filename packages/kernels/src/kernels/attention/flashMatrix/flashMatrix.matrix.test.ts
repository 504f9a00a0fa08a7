import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeviceProfile } from '../../../device/profile.ts';
import { loadVariants, openDevice } from '../../../index.ts';
import type { Gpu } from '../../../index.ts';
import { readFloats, rounded, staleOutput, uploadFloats, uploadIndices } from '../../../testing/arrays.ts';
import type { FloatType } from '../../../testing/arrays.ts';
import { dumpSpirv } from '../../../testing/dumpSpirv.ts';
import { normalNumbers } from '../../../testing/numbers.ts';
import { flashMatrixProgram } from './tiles.ts';
import type { MatrixPass } from './tiles.ts';
import { addAttentionCandidates, attention, attentionBackward } from '../index.ts';
import { attentionBackwardReference, attentionReference } from '../reference.ts';

// Runs where the adapter has matrix units: see scripts/matrix-tests.mjs. A software driver takes a
// minute of a processor to compile the gradients.
const timeout = 900_000;

let gpu: Gpu;
beforeAll(async () => {
  addAttentionCandidates();
  gpu = await openDevice();
  await loadVariants();
});
afterAll(() => gpu.destroy());

const [seed, update] = [11, 4];
const site = { probability: 0.2, site: 6 };
const numHeads = 2;

interface Case {
  readonly lengths: readonly number[];
  readonly headSize: number;
  readonly dropout: boolean;
  readonly type?: FloatType;
  /** Standard deviation of queries and keys, and the factor of scores. */
  readonly deviation?: number;
  readonly scale?: number;
  /** A number of the queries, keys and values side by side, counted from 0, that is NaN. */
  readonly nanAt?: number;
}

function prepare({ lengths, headSize, dropout, type = 'f16', deviation = 1, scale, nanAt = -1 }: Case) {
  const cuSeqlens = Uint32Array.of(0, ...lengths.map((_, i) => lengths.slice(0, i + 1).reduce((sum, n) => sum + n, 0)));
  const totalTokens = cuSeqlens.at(-1) as number;
  const width = numHeads * headSize;
  // Numbers in f16, whatever they are stored in: matrix units would round others.
  const qkv = rounded(normalNumbers(3 * totalTokens * width, 1), 'f16').map((value, index) =>
    index === nanAt ? NaN : Math.floor(index / width) % 3 === 2 ? value : value * deviation,
  );
  const column = (matrix: number) => qkv.filter((_, index) => Math.floor(index / width) % 3 === matrix);
  const tokenKeys = Uint32Array.from(
    lengths.flatMap((length, sequence) => Array.from({ length }, (_, row) => sequence * 65536 + row)),
  );
  const gradOutput = rounded(normalNumbers(totalTokens * width, 2), 'f16');
  const given = {
    query: column(0),
    key: column(1),
    value: column(2),
    cuSeqlens,
    numHeads,
    headSize,
    scale,
    dropout: dropout ? { ...site, seed, update, tokenKeys } : undefined,
  };
  return { ...given, totalTokens, qkv, tokenKeys, gradOutput, width, size: totalTokens * width, type };
}

/** Records forward and backward. */
function record(given: Case) {
  const { lengths, headSize, scale } = given;
  const { cuSeqlens, totalTokens, qkv, tokenKeys, size, type, ...prepared } = prepare(given);
  const output = staleOutput(gpu, size, type, 'output');
  const logSumExp = staleOutput(gpu, totalTokens * numHeads, 'f32', 'logSumExp');
  const state = gpu.upload(Uint32Array.of(seed, update, 0, 0), 'u32', 'state');
  const options = {
    qkv: uploadFloats(gpu, qkv, type, 'qkv'),
    output,
    logSumExp,
    cuSeqlens: uploadIndices(gpu, cuSeqlens, 'cuSeqlens'),
    totalTokens,
    numSequences: lengths.length,
    maxSeqlen: Math.max(...lengths),
    numHeads,
    headSize,
    scale,
    dropout: given.dropout
      ? { ...site, random: { state, tokenKeys: uploadIndices(gpu, tokenKeys, 'keys') } }
      : undefined,
    variant: 'flashMatrix',
  } as const;
  attention(gpu, options);
  const gradQkv = staleOutput(gpu, 3 * size, type, 'gradQkv');
  const gradOutput = uploadFloats(gpu, prepared.gradOutput, type, 'gradOutput');
  attentionBackward(gpu, { ...options, gradOutput, gradQkv });
  return { output, logSumExp, gradQkv };
}

/** What the kernels give: the gradients of queries, keys and values apart. */
async function run(given: Case) {
  const { totalTokens, size, width } = prepare(given);
  const arrays = record(given);
  const all = await readFloats(gpu, arrays.gradQkv, 3 * size);
  const of = (matrix: number) => all.filter((_, index) => Math.floor(index / width) % 3 === matrix);
  return {
    output: await readFloats(gpu, arrays.output, size),
    logSumExp: await readFloats(gpu, arrays.logSumExp, totalTokens * numHeads),
    gradQuery: of(0),
    gradKey: of(1),
    gradValue: of(2),
  };
}

const largest = (values: ArrayLike<number>, others?: ArrayLike<number>) =>
  Array.from(values).reduce((most, value, index) => Math.max(most, Math.abs(value - (others?.[index] ?? 0))), 0);

async function check(given: Case) {
  const prepared = prepare(given);
  const actual = await run(given);
  const { logSumExp, output } = attentionReference(prepared);
  expect(largest(actual.logSumExp, logSumExp)).toBeLessThan(1e-4);
  // Probabilities and results are rounded to f16; values are at most 5.
  expect(largest(actual.output, output)).toBeLessThan(5 * 1.25 * 2 ** -10);
  for (const [name, gradient] of Object.entries(attentionBackwardReference(prepared)))
    expect(largest(actual[name as keyof typeof actual], gradient)).toBeLessThan(largest(gradient) * 2 ** -9);
}

async function withProfile(changes: Partial<DeviceProfile>, body: () => Promise<void>): Promise<void> {
  const { profile } = gpu;
  Object.assign(gpu, { profile: { ...profile, ...changes } });
  try {
    await body();
  } finally {
    Object.assign(gpu, { profile });
  }
}

/** Programs as GPUs get them: with constant loops, which software drivers take long to compile. */
const asGpu = (body: () => Promise<void>) => withProfile({ software: false }, body);

/** The variants of the dispatches that `record` asks for, in turn. */
function variantsOf(body: () => void): string[] {
  const names: string[] = [];
  const { dispatch } = gpu;
  gpu.dispatch = ({ program }) => void names.push(program.key.split(' vec4', 1)[0] as string);
  try {
    body();
  } finally {
    gpu.dispatch = dispatch;
  }
  return names;
}

describe('attention by flashMatrix', { timeout }, () => {
  it.each<Case>([
    { lengths: [1, 0, 17, 63, 64, 3], headSize: 64, dropout: true, type: 'f16' },
    { lengths: [1, 65, 3, 17, 0, 63, 129, 300], headSize: 64, dropout: true, type: 'f16' },
    { lengths: [3, 31], headSize: 28, dropout: true, type: 'f16' },
    { lengths: [33, 1, 129], headSize: 32, dropout: true, type: 'f16' },
    { lengths: [17, 3], headSize: 128, dropout: true, type: 'f16' },
    { lengths: [65, 1, 130], headSize: 100, dropout: true, type: 'f16' },
    // Forward only: the gradients are those of flash.
    { lengths: [65, 3, 33], headSize: 200, dropout: true, type: 'f16' },
    { lengths: [17, 64], headSize: 52, dropout: false, type: 'f32' },
    { lengths: [17, 130], headSize: 52, dropout: false, type: 'f32' },
  ])('equals the reference over $lengths, heads of $headSize $type', check);

  it('equals the reference in three dispatches, where an adapter binds few arrays', async () => {
    const given: Case = { lengths: [65, 3], headSize: 32, dropout: true };
    const { info } = gpu;
    Object.assign(gpu, { info: { ...info, limits: { ...info.limits, maxStorageBuffersPerShaderStage: 8 } } });
    try {
      expect(variantsOf(() => record(given))[1]).toBe('attentionBackward rows');
      await check(given);
    } finally {
      Object.assign(gpu, { info });
    }
  });

  it('asks for subgroups of its size where a device has several', () =>
    withProfile({ subgroupSize: 0, askedSubgroupSize: gpu.profile.subgroupSize }, () =>
      check({ lengths: [17, 3], headSize: 32, dropout: true }),
    ));

  it('goes by matrix units at any length, and by flash where gradients leave workgroup memory', () => {
    const of = (headSize: number, length: number) =>
      variantsOf(() => record({ lengths: [length], headSize, dropout: true })).slice(1);
    const inBlocks = ['query flashMatrix', 'key value flashMatrix'].map((name) => `attentionBackward ${name}`);
    const atOnce = ['attentionBackward flashMatrix'];
    expect(of(64, 64)).toEqual(atOnce);
    for (const length of [65, 512]) expect(of(64, length)).toEqual(inBlocks);
    // Heads of 128 leave the workgroup memory of some adapters.
    const takes = (pass: MatrixPass, length: number) => flashMatrixProgram(gpu, pass, 128, length) !== undefined;
    if (takes('backward', 32)) expect(of(128, 32)).toEqual(atOnce);
    if (takes('gradQuery', 33) && takes('gradKeyValue', 33)) expect(of(128, 33)).toEqual(inBlocks);
    expect(of(256, 32)).toEqual(['attentionBackward flash']);
  });

  it('drops exactly what the reference drops', async () => {
    // Scores are all equal and value k is the k-th unit vector, so that the output is the mask.
    const tokens = 128;
    const unit = Float64Array.from({ length: tokens * tokens }, (_, index) => (index % (tokens + 1) === 0 ? 1 : 0));
    const zero = new Float64Array(tokens * tokens);
    const tokenKeys = Uint32Array.from({ length: tokens }, (_, row) => 65536 * 3 + row);
    const state = gpu.upload(Uint32Array.of(seed, update, 0, 0), 'u32', 'state');
    const output = staleOutput(gpu, tokens * tokens, 'f16', 'output');
    const shape = { numHeads: 1, headSize: tokens };
    attention(gpu, {
      query: uploadFloats(gpu, zero, 'f16', 'query'),
      key: uploadFloats(gpu, zero, 'f16', 'key'),
      value: uploadFloats(gpu, unit, 'f16', 'value'),
      output,
      logSumExp: staleOutput(gpu, tokens, 'f32', 'logSumExp'),
      cuSeqlens: uploadIndices(gpu, [0, tokens], 'cuSeqlens'),
      totalTokens: tokens,
      numSequences: 1,
      maxSeqlen: tokens,
      ...shape,
      dropout: { ...site, random: { state, tokenKeys: uploadIndices(gpu, tokenKeys, 'keys') } },
      variant: 'flashMatrix',
    });
    const dropout = { ...site, seed, update, tokenKeys };
    const given = { query: zero, key: zero, value: unit, cuSeqlens: [0, tokens], ...shape, dropout };
    const kept = (values: ArrayLike<number>) => Array.from(values, (value) => value !== 0);
    expect(kept(await readFloats(gpu, output, tokens * tokens))).toEqual(kept(attentionReference(given).output));
  });

  it('stays finite with scores of thousands, and gives the same bits twice', async () => {
    const given: Case = { lengths: [40, 70], headSize: 32, dropout: true, deviation: 32, scale: 1 };
    const results = await run(given);
    for (const values of Object.values(results)) expect(values.every(Number.isFinite)).toBe(true);
    const { output, logSumExp } = attentionReference(prepare(given));
    expect(largest(logSumExp)).toBeGreaterThan(1e4);
    expect(largest(results.logSumExp, logSumExp)).toBeLessThan(1e-6 * largest(logSumExp));
    // With a clear winner almost everywhere: sums of products of 16 bits are exact in f32.
    expect(largest(results.output, output)).toBeLessThan(5 * 1.25 * 2 ** -10 + 1e-2);
    expect(await run(given)).toEqual(results);
  });

  it.each([
    ['a query', 0],
    ['a key', 1],
    ['a value', 2],
  ])('gives NaN where %s is NaN, and nowhere else than the reference', async (_, matrix) => {
    const given: Case = { lengths: [20, 70], headSize: 32, dropout: true };
    // Of the last row, that of a block of few rows.
    const nanAt = (3 * 89 + matrix) * numHeads * given.headSize + 5;
    const results = await run({ ...given, nanAt });
    const prepared = prepare({ ...given, nanAt });
    const expected = { ...attentionReference(prepared), ...attentionBackwardReference(prepared) };
    for (const [name, values] of Object.entries(results)) {
      const isNan = Array.from(values, Number.isNaN);
      expect(isNan, name).toEqual(Array.from(expected[name as keyof typeof expected], Number.isNaN));
    }
  });

  it.each<Case>([
    { lengths: [40, 3], headSize: 32, dropout: true },
    { lengths: [33, 1, 129], headSize: 32, dropout: true },
  ])('equals the reference over $lengths with the next block on its way, as GPUs have it', (given) =>
    asGpu(() => check(given)),
  );

  it('loads fragments at places and strides as they were written', async () => {
    const programs: string[] = [];
    const { dispatch } = gpu;
    gpu.dispatch = ({ program }) => void programs.push(program.source());
    try {
      await asGpu(async () => {
        for (const length of [64, 128]) record({ lengths: [length], headSize: 64, dropout: true });
      });
    } finally {
      gpu.dispatch = dispatch;
    }
    const products = programs.filter((program) => program.includes('subgroupMatrixLoad'));
    expect(products).toHaveLength(5);
    for (const program of new Set(products)) {
      const spirv = dumpSpirv(program);
      const count = (pattern: RegExp) => spirv.match(pattern)?.length ?? 0;
      expect(count(/OpCooperativeMatrixMulAddKHR/g)).toBeGreaterThan(50);
      const loads = [...spirv.matchAll(/OpCooperativeMatrixLoadKHR %\w+ (%\w+) (%\w+) (%\w+) /g)];
      expect(loads.length).toBeGreaterThan(50);
      for (const [text, pointer, layout, stride] of loads) {
        expect(`${layout} ${stride}`, text).toMatch(/^%uint_[01] %uint_\d+$/);
        // What a place that is not proven would need.
        const place = new RegExp(`${pointer} = OpAccessChain .* (%\\w+)$`, 'm').exec(spirv)?.[1] ?? '';
        expect(new RegExp(`${place} = (.*)$`, 'm').exec(spirv)?.[1]).toMatch(/^OpI(Add|Mul) /);
      }
      expect(count(/OpIAddCarry/g)).toBe(0);
      // A matrix in an array would lie in memory.
      expect(count(/OpVariable %_ptr_Function__arr/g)).toBe(0);
    }
  });
});
