import { afterAll, describe, expect, it } from 'vitest';
import { loadVariants, openDevice } from '../../index.ts';
import type { DropoutOptions, Gpu } from '../../index.ts';
import { readFloats, rounded, staleOutput, uploadFloats, uploadIndices } from '../../testing/arrays.ts';
import type { FloatType } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { expectClose, unitRoundoff } from '../../testing/expectClose.ts';
import { expectGradient } from '../../testing/expectGradient.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { attention, attentionBackward } from './index.ts';
import type { AttentionVariant } from './index.ts';
import { attentionBackwardReference, attentionReference } from './reference.ts';
import { chosenVariant } from './variants.ts';

const device = await openDevice();
await loadVariants();
/** Variants that this adapter runs. */
const variants: AttentionVariant[] =
  device.profile.subgroupSize === 8
    ? ['byRow', 'bySubgroup', 'flash', 'padded', 'tiled']
    : ['byRow', 'flash', 'padded', 'tiled'];
const takes = (variant: AttentionVariant, headSize: number) =>
  variant === 'bySubgroup' ? headSize % 4 === 0 && headSize <= 64 : variant !== 'flash' || headSize % 4 === 0;
const [seed, update] = [11, 4];
const site = { probability: 0.2, site: 6 };

interface Case {
  readonly lengths: readonly number[];
  readonly numHeads: number;
  readonly headSize: number;
  readonly variant: AttentionVariant;
  readonly type?: FloatType;
  readonly dropout?: boolean;
  /** Standard deviation of queries and keys. */
  readonly deviation?: number;
  readonly scale?: number;
  /** Queries, keys and values side by side in one array. */
  readonly qkv?: boolean;
  /** Position of each row in its sequence. Default: 0, 1, 2, … */
  readonly positions?: (row: number) => number;
}

/**
 * Each combination of type, dropout and class of head size is a program of its own, and programs
 * take long to compile: what differs is spread over the shapes.
 */
const shapes: readonly Omit<Case, 'variant'>[] = [
  { lengths: [1], numHeads: 1, headSize: 1 },
  { lengths: [7, 30], numHeads: 2, headSize: 3 },
  { lengths: [1], numHeads: 2, headSize: 64 },
  { lengths: [63, 65], numHeads: 2, headSize: 48 },
  { lengths: [3, 17], numHeads: 2, headSize: 16 },
  { lengths: [0, 5, 0, 0, 8, 0], numHeads: 3, headSize: 20 },
  { lengths: [3, 17], numHeads: 2, headSize: 16, dropout: true },
  { lengths: [63, 65, 1], numHeads: 2, headSize: 32, dropout: true },
  { lengths: [129, 1, 2], numHeads: 1, headSize: 33, dropout: true },
  { lengths: [9, 31], numHeads: 2, headSize: 128, dropout: true },
  { lengths: [9, 31], numHeads: 2, headSize: 160, dropout: true },
  { lengths: [3, 20], numHeads: 1, headSize: 256 },
  { lengths: [3, 20], numHeads: 1, headSize: 131 },
  { lengths: [3, 20], numHeads: 2, headSize: 160, qkv: true, type: 'f16' },
  { lengths: [17, 3], numHeads: 2, headSize: 64, type: 'f16' },
  { lengths: [17, 33], numHeads: 2, headSize: 16, type: 'f16', dropout: true },
  { lengths: [3, 17, 0, 40], numHeads: 3, headSize: 16, qkv: true },
  { lengths: [9, 20], numHeads: 2, headSize: 5, qkv: true },
  { lengths: [65, 2], numHeads: 2, headSize: 64, qkv: true, type: 'f16', dropout: true },
  { lengths: [9, 20], numHeads: 2, headSize: 5, qkv: true, type: 'f16' },
];

/**
 * `flash` has a program for each class of head size and, backward, of sequence length too: a few of
 * them, with a workgroup for a sequence and for blocks of it, and the rest compiled only.
 */
const shapesOfFlash: typeof shapes = [
  { lengths: [64, 1, 0, 50], numHeads: 2, headSize: 64, qkv: true, dropout: true },
  { lengths: [33, 128], numHeads: 1, headSize: 64 },
  { lengths: [1, 129, 3, 17, 0, 63, 65], numHeads: 2, headSize: 64, qkv: true, dropout: true },
  { lengths: [3, 20], numHeads: 2, headSize: 160, qkv: true, type: 'f16' },
];

function prepare({
  lengths,
  numHeads,
  headSize,
  type = 'f32',
  dropout,
  deviation = 1,
  scale,
  positions = (row) => row,
}: Case) {
  const cuSeqlens = Uint32Array.of(
    0,
    ...lengths.map((_, index) => lengths.slice(0, index + 1).reduce((sum, length) => sum + length, 0)),
  );
  const totalTokens = cuSeqlens.at(-1) as number;
  const size = totalTokens * numHeads * headSize;
  const matrix = (number: number, spread = 1) => rounded(normalNumbers(size, number, { deviation: spread }), type);
  const data = { query: matrix(1, deviation), key: matrix(2, deviation), value: matrix(3), gradOutput: matrix(4) };
  const tokenKeys = Uint32Array.from(
    lengths.flatMap((length, sequence) => Array.from({ length }, (_, row) => sequence * 65536 + positions(row))),
  );
  const reference = {
    ...data,
    cuSeqlens,
    numHeads,
    headSize,
    scale,
    dropout: dropout ? { ...site, seed, update, tokenKeys } : undefined,
  };
  return { ...reference, tokenKeys, totalTokens, size };
}

/** The rows of three matrices in turn: [rows, 3, width]. */
function sideBySide(matrices: readonly Float64Array[], width: number): Float64Array {
  const [first] = matrices as [Float64Array];
  return Float64Array.from({ length: 3 * first.length }, (_, index) => {
    const row = Math.floor(index / (3 * width));
    return matrices[Math.floor(index / width) % 3]![row * width + (index % width)]!;
  });
}

/** The three matrices again. */
function apart(values: Float32Array, width: number): Float32Array[] {
  return [0, 1, 2].map((matrix) => values.filter((_, index) => Math.floor(index / width) % 3 === matrix));
}

type Results = Record<'output' | 'logSumExp' | 'gradQuery' | 'gradKey' | 'gradValue', Float32Array>;

/** Runs forward and backward on the GPU. */
async function run(gpu: Gpu, given: Case): Promise<Results> {
  const { lengths, numHeads, headSize, variant, type = 'f32', scale } = given;
  const data = prepare(given);
  const { totalTokens, size } = data;
  const arrays = gpu.scope(() => {
    const dropout: DropoutOptions | undefined = given.dropout
      ? {
          ...site,
          random: {
            state: gpu.upload(Uint32Array.of(seed, update, 0, 0), 'u32', 'state'),
            tokenKeys: uploadIndices(gpu, data.tokenKeys, 'keys'),
          },
        }
      : undefined;
    const cuSeqlens = uploadIndices(gpu, data.cuSeqlens, 'cuSeqlens');
    const shape = {
      cuSeqlens,
      totalTokens,
      numSequences: lengths.length,
      maxSeqlen: Math.max(0, ...lengths),
      numHeads,
      headSize,
      scale,
      dropout,
      variant,
    };
    const upload = (name: 'query' | 'key' | 'value' | 'gradOutput') => uploadFloats(gpu, data[name], type, name);
    const width = numHeads * headSize;
    const inputs = given.qkv
      ? { qkv: uploadFloats(gpu, sideBySide([data.query, data.key, data.value], width), type, 'qkv') }
      : { query: upload('query'), key: upload('key'), value: upload('value') };
    const output = staleOutput(gpu, size, type, 'output');
    const logSumExp = staleOutput(gpu, totalTokens * numHeads, 'f32', 'logSumExp');
    attention(gpu, { ...inputs, output, logSumExp, ...shape });
    const gradients = given.qkv
      ? { gradQkv: staleOutput(gpu, 3 * size, type, 'gradQkv') }
      : {
          gradQuery: staleOutput(gpu, size, type, 'gradQuery'),
          gradKey: staleOutput(gpu, size, type, 'gradKey'),
          gradValue: staleOutput(gpu, size, type, 'gradValue'),
        };
    attentionBackward(gpu, { ...inputs, output, logSumExp, gradOutput: upload('gradOutput'), ...gradients, ...shape });
    const results = { output, logSumExp, ...gradients };
    for (const array of Object.values(results)) gpu.retain(array);
    return results;
  });
  const results: Record<string, Float32Array> = {};
  for (const [name, array] of Object.entries(arrays)) {
    const length = name === 'logSumExp' ? totalTokens * numHeads : name === 'gradQkv' ? 3 * size : size;
    results[name] = await readFloats(gpu, array, length);
    gpu.release(array);
  }
  const { gradQkv, ...rest } = results;
  if (!gradQkv) return rest as Results;
  const [gradQuery, gradKey, gradValue] = apart(gradQkv, numHeads * headSize) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  return { ...rest, gradQuery, gradKey, gradValue } as Results;
}

const largest = (values: ArrayLike<number>) =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/**
 * A score is a sum of headSize products: its rounding error, absolute, is that of its largest
 * terms, and becomes the relative error of a probability. Outputs are sums of probabilities (1 in
 * all) times values; every gradient sums at most the longest sequence's pairs.
 */
function expectRight(
  given: Case,
  results: Results,
  only: readonly (keyof Results)[] = ['output', 'logSumExp', 'gradQuery', 'gradKey', 'gradValue'],
) {
  const { type = 'f32', dropout, lengths } = given;
  const data = prepare(given);
  const { query, key, value, gradOutput, headSize, scale = 1 / Math.sqrt(headSize) } = data;
  const forward = attentionReference(data);
  const backward = attentionBackwardReference(data);
  const longest = Math.max(1, ...lengths);
  const kept = dropout ? 1 / (1 - site.probability) : 1;
  const scoreSize = scale * Math.sqrt(headSize) * largest(query) * largest(key);
  const scoreRoundings = (4 + Math.sqrt(headSize)) * scoreSize + 4;
  const roundings = 2 * scoreRoundings + 2 * Math.sqrt(longest) + 4;
  const weighted = kept * largest(value);
  // The stored output, rounded to its type, enters delta.
  const deltaRoundings = (unitRoundoff[type] / unitRoundoff.f32) * Math.sqrt(headSize);
  const slope = scale * kept * largest(gradOutput) * Math.sqrt(headSize) * largest(value);
  const summed = Math.sqrt(longest);
  const bounds: Record<keyof Results, () => void> = {
    logSumExp: () =>
      expectClose(results.logSumExp, forward.logSumExp, { roundings: roundings + 4, magnitude: 1 }, 'logSumExp'),
    output: () => expectClose(results.output, forward.output, { type, roundings, magnitude: weighted }, 'output'),
    gradValue: () =>
      expectClose(
        results.gradValue,
        backward.gradValue,
        { type, roundings, magnitude: kept * largest(gradOutput) * summed },
        'gradValue',
      ),
    gradQuery: () =>
      expectClose(
        results.gradQuery,
        backward.gradQuery,
        { type, roundings: roundings + deltaRoundings, magnitude: slope * largest(key) },
        'gradQuery',
      ),
    gradKey: () =>
      expectClose(
        results.gradKey,
        backward.gradKey,
        { type, roundings: roundings + deltaRoundings, magnitude: slope * largest(query) * summed },
        'gradKey',
      ),
  };
  for (const name of only) bounds[name]();
}

describe('attention', () => {
  afterAll(() => device.destroy());

  it.each(variants.filter((variant) => variant === 'bySubgroup'))(
    '%s equals the reference with the 32 rows of Mesa 26 too',
    async (variant) => {
      using mesa26 = await openDevice();
      Object.assign(mesa26, { profile: { ...mesa26.profile, mesaVersion: 26 } });
      const given: Case = { lengths: [3, 0, 65], numHeads: 2, headSize: 16, variant };
      expectRight(given, await run(mesa26, given));
    },
  );

  // Programs that need no more workgroup memory than software adapters give.
  it.each<Omit<Case, 'variant'>>([
    { lengths: [33, 1, 129], numHeads: 2, headSize: 32, dropout: true },
    { lengths: [31, 9, 17], numHeads: 2, headSize: 128, dropout: true },
    { lengths: [20, 32], numHeads: 1, headSize: 160, dropout: true },
  ])('flash gives the same bits with rows staged as for 48 KiB over $lengths, heads of $headSize', async (shape) => {
    using roomy = await openDevice();
    const limits = { ...roomy.info.limits, maxComputeWorkgroupStorageSize: 49152 };
    Object.assign(roomy, { info: { ...roomy.info, limits } });
    const given: Case = { ...shape, variant: 'flash' };
    const results = await run(roomy, given);
    expectRight(given, results);
    expect(results).toEqual(await run(device, given));
  });

  for (const variant of variants) {
    // With these the small shapes share two programs of `flash`.
    const [dropout, fewLengths] = variant === 'flash' ? [true, [31, 9]] : [false, [40, 3]];
    describe(variant, () => {
      it.each((variant === 'flash' ? shapesOfFlash : shapes).filter(({ headSize }) => takes(variant, headSize)))(
        'equals the reference over $lengths, $numHeads heads of $headSize $type $dropout $qkv',
        async (shape) => {
          const given: Case = { ...shape, variant };
          expectRight(given, await run(device, given));
        },
      );

      it('takes sequences of 512 tokens, and longer', async () => {
        const given: Case = { lengths: [512, 700], numHeads: 1, headSize: 16, variant, dropout: true };
        expectRight(given, await run(device, given));
      });

      it('takes no sequences, and only empty ones', async () => {
        for (const lengths of [[], [0], [0, 0]])
          expect((await run(device, { lengths, numHeads: 2, headSize: 8, variant })).output).toHaveLength(0);
      });

      it('stays finite and right with scores of ten thousand', async () => {
        const given: Case = {
          lengths: fewLengths,
          numHeads: 2,
          headSize: 16,
          variant,
          dropout,
          deviation: 60,
          scale: 1,
        };
        const results = await run(device, given);
        const { query, key } = prepare(given);
        expect(16 * largest(query) * largest(key)).toBeGreaterThan(1e4);
        for (const values of Object.values(results)) expect(values.every(Number.isFinite)).toBe(true);
        // Rounding of scores of 1e4 is 1e-3: with a clear winner everywhere only the logarithm and
        // the output keep a meaning.
        expectRight(given, results, ['logSumExp', 'output']);
      });

      it('takes a scale', async () => {
        const given: Case = { lengths: [10], numHeads: 2, headSize: 8, variant, dropout, scale: 0.7 };
        expectRight(given, await run(device, given));
      });

      it.each([
        ['that start at 1', (row: number) => row + 1],
        ['with gaps', (row: number) => row + 3 * Math.floor(row / 5)],
      ])('drops by position, for positions %s', async (_, positions) => {
        const given: Case = { lengths: [21, 9], numHeads: 2, headSize: 8, variant, dropout: true, positions };
        expectRight(given, await run(device, given));
      });

      it('drops exactly what the reference drops, as often as asked', async () => {
        // Scores are all equal and value k is the k-th unit vector, so that the output is the mask.
        const tokens = 64;
        const shape = { numHeads: 1, headSize: tokens };
        const tokenKeys = Uint32Array.from({ length: tokens }, (__, row) => 65536 * 3 + row);
        const unit = Float32Array.from({ length: tokens * tokens }, (__, index) =>
          index % (tokens + 1) === 0 ? 1 : 0,
        );
        const zero = new Float32Array(tokens * tokens);
        const random = {
          state: device.upload(Uint32Array.of(seed, update, 0, 0), 'u32', 'state'),
          tokenKeys: device.upload(tokenKeys, 'u32', 'keys'),
        };
        const zeros = device.upload(zero, 'f32', 'zeros');
        const output = device.allocate('f32', tokens * tokens, 'output');
        const logSumExp = device.allocate('f32', tokens, 'logSumExp');
        const cuSeqlens = device.upload(Uint32Array.of(0, tokens), 'u32', 'cuSeqlens');
        const value = device.upload(unit, 'f32', 'value');
        const sizes = { cuSeqlens, totalTokens: tokens, numSequences: 1, maxSeqlen: tokens, ...shape };
        attention(device, {
          query: zeros,
          key: zeros,
          value,
          output,
          logSumExp,
          ...sizes,
          dropout: { ...site, random },
          variant,
        });
        const mask = Array.from(await device.read(output), (kept) => kept !== 0);
        const reference = attentionReference({
          query: zero,
          key: zero,
          value: unit,
          cuSeqlens: [0, tokens],
          ...shape,
          dropout: { ...site, seed, update, tokenKeys },
        });
        expect(mask).toEqual(Array.from(reference.output, (kept) => kept !== 0));
        const dropped = mask.filter((kept) => !kept).length / mask.length;
        const deviation = Math.sqrt((site.probability * (1 - site.probability)) / mask.length);
        expect(Math.abs(dropped - site.probability)).toBeLessThan(5 * deviation);
      });

      it('gives the same bits twice', async () => {
        for (const lengths of [fewLengths, ...(variant === 'flash' ? [[150, 9]] : [])]) {
          const given: Case = { lengths, numHeads: 2, headSize: 16, variant, dropout: true };
          expect(await run(device, given)).toEqual(await run(device, given));
        }
      });
    });
  }

  it('has gradients that are the slopes of its reference', () => {
    const data = prepare({ lengths: [3, 1, 4], numHeads: 2, headSize: 3, variant: 'byRow', dropout: true });
    const backward = attentionBackwardReference(data);
    const loss = (changed: Partial<Record<'query' | 'key' | 'value', Float64Array>>) =>
      attentionReference({ ...data, ...changed }).output.reduce(
        (sum, output, index) => sum + output * (data.gradOutput[index] as number),
        0,
      );
    expectGradient((query) => loss({ query }), data.query, backward.gradQuery);
    expectGradient((key) => loss({ key }), data.key, backward.gradKey);
    expectGradient((value) => loss({ value }), data.value, backward.gradValue);
  });

  it('names the kernel and the shapes when something does not fit', () => {
    const matrix = device.allocate('f32', 64, 'matrix');
    const short = device.allocate('f32', 32, 'short');
    const cuSeqlens = device.allocate('u32', 2, 'cuSeqlens');
    const shape = { cuSeqlens, totalTokens: 4, numSequences: 1, maxSeqlen: 4, numHeads: 2, headSize: 8 };
    const given = {
      query: matrix,
      key: matrix,
      value: matrix,
      output: device.allocate('f32', 64, 'output'),
      logSumExp: device.allocate('f32', 8, 'logSumExp'),
      ...shape,
    };
    expect(() => attention(device, { ...given, key: short })).toThrow(
      /attention: key \(short\) has 32 elements; \[totalTokens 4, numHeads 2, headSize 8\] needs 64/,
    );
    expect(() => attention(device, { ...given, numHeads: 1, headSize: 7, variant: 'bySubgroup' })).toThrow(
      /bySubgroup needs subgroups of 8/,
    );
    const { query: _, key: __, value: ___, ...rest } = given;
    expect(() => attention(device, { ...rest, qkv: given.query })).toThrow(
      /attention: qkv .* \[totalTokens 4, matrices 3, /,
    );
    expect(() => attention(device, { ...given, variant: 'flsh' as never })).toThrow(
      "attention: variant must be one of 'byRow', 'bySubgroup', 'flash', 'flashMatrix', 'padded', 'tiled'; got \"flsh\"",
    );
    expect(() => attention(device, { ...given, headSize: 1025 })).toThrow(
      /attention: headSize is 1025; it must be 1 to 1024/,
    );
    expect(() => attention(device, { ...given, numSequences: 2 })).toThrow(
      /cuSeqlens \(cuSeqlens\) has 2 elements; \[boundaries 3\] needs 3/,
    );
    expect(() => attention(device, { ...given, key: device.allocate('f16', 64, 'halves') })).toThrow(
      /key \(halves\) holds f16; it must hold f32/,
    );
  });

  it('takes register tiles on a GPU, and what it always took on a processor', () => {
    const on = (profile: Partial<Gpu['profile']>) =>
      Object.create(device, { profile: { value: { ...device.profile, ...profile } } }) as Gpu;
    const choice = (gpu: Gpu, headSize: number) => chosenVariant(gpu, 'attention', { headSize });
    const processor = { software: true, subgroups: true, subgroupSize: 8 };
    const sizes = [16, 64, 128, 256, 257];
    expect(sizes.map((size) => choice(on({ software: false }), size))).toEqual([
      'flash',
      'flash',
      'flash',
      'flash',
      'byRow',
    ]);
    expect(sizes.map((size) => choice(on(processor), size))).toEqual([
      'bySubgroup',
      'bySubgroup',
      'byRow',
      'byRow',
      'byRow',
    ]);
    expect(choice(on({ ...processor, subgroupSize: 4 }), 64)).toBe('byRow');
  });

  it('leaves out the variants that a device is opened without', async () => {
    using other = await openDevice({ withoutVariants: ['attention flash', 'attention bySubgroup'] });
    Object.assign(other, { profile: { ...other.profile, software: true } });
    expect(chosenVariant(other, 'attention', { headSize: 64 })).toBe('byRow');
    Object.assign(other, { profile: { ...other.profile, software: false } });
    expect(chosenVariant(other, 'attention', { headSize: 64 })).toBe('padded');
    other.disabledVariants.add('attention padded');
    expect(chosenVariant(other, 'attention', { headSize: 64 })).toBe('tiled');
    await expect(openDevice({ withoutVariants: ['attention byRow' as never] })).rejects.toThrow(/attention flash/);
  });

  it('goes row by row where heads fit no tile', async () => {
    const given: Case = { lengths: [3, 9], numHeads: 1, headSize: 516, variant: 'byRow', dropout: true };
    expectRight(given, await run(device, given));
    const shape = { kernel: 'attention', headSize: 516 };
    const gpuProfile = { ...device.profile, software: false };
    expect(chosenVariant(Object.create(device, { profile: { value: gpuProfile } }), 'attention', shape)).toBe('byRow');
    expect(() => chosenVariant(device, 'attention', { ...shape, variant: 'tiled' })).toThrow(
      /variant tiled takes a headSize of at most 256; it is 516/,
    );
  });

  it('compiles in every variant, on an adapter of the smallest limits too', async () => {
    const subgroupsOfEight = (nullGpu: Gpu) =>
      Object.assign(nullGpu, { profile: { ...nullGpu.profile, subgroupSize: 8 } });
    await compileOnNull(async (nullGpu) => {
      subgroupsOfEight(nullGpu);
      for (const variant of ['byRow', 'bySubgroup', 'flash', 'padded', 'tiled'] as const) {
        for (const type of ['f32', 'f16'] as const) {
          for (const headSize of [16, 33, 64, 65, 128, 131, 256].filter((size) => takes(variant, size))) {
            for (const dropout of [false, true]) {
              const given: Case = { lengths: [2], numHeads: 1, headSize, variant, type, dropout, qkv: !dropout };
              await run(nullGpu, given);
              if (variant === 'flash') await run(nullGpu, { ...given, lengths: [130] });
            }
          }
        }
      }
    });
    const small = await openDevice({
      backend: 'null',
      limits: { maxStorageBuffersPerShaderStage: 8, maxComputeWorkgroupStorageSize: 16384 },
    });
    for (const variant of ['flash', 'padded', 'tiled'] as const)
      for (const headSize of [32, 64, 128, 250, 256].filter((size) => takes(variant, size)))
        for (const length of variant === 'flash' ? [2, 130] : [2])
          await run(small, { lengths: [length], numHeads: 1, headSize, variant, dropout: true });
    await small.idle();
    await small.idle();
    small.destroy();
  });
});
