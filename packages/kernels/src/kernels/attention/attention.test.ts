import { afterAll, describe, expect, it } from 'vitest';
import { loadVariants, openDevice } from '../../index.ts';
import type { Gpu } from '../../index.ts';
import {
  expectAttention,
  largest,
  prepareAttention,
  runAttention,
  seed,
  site,
  update,
} from '../../testing/attentionCases.ts';
import type { AttentionCase } from '../../testing/attentionCases.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { expectGradient } from '../../testing/expectGradient.ts';
import { attention } from './index.ts';
import type { AttentionVariant } from './index.ts';
import { attentionBackwardReference, attentionReference } from './reference.ts';

const device = await openDevice();
await loadVariants();
/** Variants that this adapter runs. */
const variants: AttentionVariant[] =
  device.profile.subgroupSize === 8
    ? ['byRow', 'bySubgroup', 'flash', 'padded', 'tiled']
    : ['byRow', 'flash', 'padded', 'tiled'];
const takes = (variant: AttentionVariant, headSize: number) =>
  variant === 'bySubgroup' ? headSize % 4 === 0 && headSize <= 64 : variant !== 'flash' || headSize % 4 === 0;

/**
 * Each combination of type, dropout and class of head size is a program of its own, and programs
 * take long to compile: what differs is spread over the shapes.
 */
const shapes: readonly Omit<AttentionCase, 'variant'>[] = [
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
describe('attention', () => {
  afterAll(() => device.destroy());

  it.each(variants.filter((variant) => variant === 'bySubgroup'))(
    '%s equals the reference with the 32 rows of Mesa 26 too',
    async (variant) => {
      using mesa26 = await openDevice();
      Object.assign(mesa26, { profile: { ...mesa26.profile, mesaVersion: 26 } });
      const given: AttentionCase = { lengths: [3, 0, 65], numHeads: 2, headSize: 16, variant };
      expectAttention(given, await runAttention(mesa26, given));
    },
  );

  // Programs that need no more workgroup memory than every adapter gives, also where ten arrays are
  // the most that a program may bind.
  it.each<Omit<AttentionCase, 'variant'>>([
    { lengths: [33, 1, 129], numHeads: 2, headSize: 32, dropout: true },
    { lengths: [31, 9, 17], numHeads: 2, headSize: 128, dropout: true, qkv: true },
    { lengths: [20, 32], numHeads: 1, headSize: 160, dropout: true },
  ])('flash gives the same bits with rows staged as for 48 KiB over $lengths, heads of $headSize', async (shape) => {
    using roomy = await openDevice();
    const limits = { ...roomy.info.limits, maxComputeWorkgroupStorageSize: 49152 };
    Object.assign(roomy, { info: { ...roomy.info, limits } });
    const given: AttentionCase = { ...shape, variant: 'flash' };
    const results = await runAttention(roomy, given);
    expectAttention(given, results);
    expect(results).toEqual(await runAttention(device, given));
  });

  it.each([
    [8, 3],
    [10, 2],
  ])(
    'flash with %i bindings goes over rows that span blocks in %i dispatches backward',
    async (bindings, dispatches) => {
      using bound = await openDevice();
      const limits = { ...bound.info.limits, maxStorageBuffersPerShaderStage: bindings };
      Object.assign(bound, { info: { ...bound.info, limits } });
      // The first workgroup, which has the random state to pass on, has an empty sequence.
      const given: AttentionCase = {
        lengths: [0, 130, 1, 33],
        numHeads: 2,
        headSize: 12,
        variant: 'flash',
        dropout: true,
        qkv: true,
      };
      expectAttention(given, await runAttention(bound, given));
      expect(bound.statistics.dispatches).toBe(1 + dispatches);
    },
  );

  for (const variant of variants) {
    // With these the small shapes share two programs of `flash`.
    const [dropout, fewLengths] = variant === 'flash' ? [true, [31, 9]] : [false, [40, 3]];
    describe(variant, () => {
      it.each((variant === 'flash' ? shapesOfFlash : shapes).filter(({ headSize }) => takes(variant, headSize)))(
        'equals the reference over $lengths, $numHeads heads of $headSize $type $dropout $qkv',
        async (shape) => {
          const given: AttentionCase = { ...shape, variant };
          expectAttention(given, await runAttention(device, given));
        },
      );

      it('takes sequences of 512 tokens, and longer', async () => {
        const given: AttentionCase = { lengths: [512, 700], numHeads: 1, headSize: 16, variant, dropout: true };
        expectAttention(given, await runAttention(device, given));
      });

      it('takes no sequences, and only empty ones', async () => {
        for (const lengths of [[], [0], [0, 0]])
          expect((await runAttention(device, { lengths, numHeads: 2, headSize: 8, variant })).output).toHaveLength(0);
      });

      it('stays finite and right with scores of ten thousand', async () => {
        const given: AttentionCase = {
          lengths: fewLengths,
          numHeads: 2,
          headSize: 16,
          variant,
          dropout,
          deviation: 60,
          scale: 1,
        };
        const results = await runAttention(device, given);
        const { query, key } = prepareAttention(given);
        expect(16 * largest(query) * largest(key)).toBeGreaterThan(1e4);
        for (const values of Object.values(results)) expect(values.every(Number.isFinite)).toBe(true);
        // Rounding of scores of 1e4 is 1e-3: with a clear winner everywhere only the logarithm and
        // the output keep a meaning.
        expectAttention(given, results, ['logSumExp', 'output']);
      });

      it('takes a scale', async () => {
        const given: AttentionCase = { lengths: [10], numHeads: 2, headSize: 8, variant, dropout, scale: 0.7 };
        expectAttention(given, await runAttention(device, given));
      });

      it.each([
        ['that start at 1', (row: number) => row + 1],
        ['with gaps', (row: number) => row + 3 * Math.floor(row / 5)],
      ])('drops by position, for positions %s', async (_, positions) => {
        const given: AttentionCase = { lengths: [21, 9], numHeads: 2, headSize: 8, variant, dropout: true, positions };
        expectAttention(given, await runAttention(device, given));
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
          const given: AttentionCase = { lengths, numHeads: 2, headSize: 16, variant, dropout: true };
          expect(await runAttention(device, given)).toEqual(await runAttention(device, given));
        }
      });
    });
  }

  it('has gradients that are the slopes of its reference', () => {
    const data = prepareAttention({ lengths: [3, 1, 4], numHeads: 2, headSize: 3, variant: 'byRow', dropout: true });
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
      'attention: qkv (matrix) has 64 elements; [totalTokens 4, matrices 3, numHeads 2, headSize 8] needs 192',
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
  it('compiles in every variant, on an adapter of the smallest limits too', async () => {
    const subgroupsOfEight = (nullGpu: Gpu) =>
      Object.assign(nullGpu, { profile: { ...nullGpu.profile, subgroupSize: 8 } });
    await compileOnNull(async (nullGpu) => {
      subgroupsOfEight(nullGpu);
      for (const variant of ['byRow', 'bySubgroup', 'flash', 'padded', 'tiled'] as const) {
        for (const type of ['f32', 'f16'] as const) {
          for (const headSize of [16, 33, 64, 65, 128, 131, 256].filter((size) => takes(variant, size))) {
            for (const dropout of [false, true]) {
              const given: AttentionCase = {
                lengths: [2],
                numHeads: 1,
                headSize,
                variant,
                type,
                dropout,
                qkv: !dropout,
              };
              await runAttention(nullGpu, given);
              if (variant === 'flash') await runAttention(nullGpu, { ...given, lengths: [130] });
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
          await runAttention(small, { lengths: [length], numHeads: 1, headSize, variant, dropout: true });
    await small.idle();
    await small.idle();
    small.destroy();
  });
});
