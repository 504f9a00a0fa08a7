import { beforeAll, expect, it } from 'vitest';
import { loadVariants, openDevice } from '../../../index.ts';
import type { Gpu } from '../../../index.ts';
import { staleOutput } from '../../../testing/arrays.ts';
import { compileOnNull, messagesOnNull } from '../../../testing/compileOnNull.ts';
import { addedVariants } from '../loading/addedVariants.ts';
import { bytesOf, flashMatrixProgram, matrixRows, rowLanes } from './tiles.ts';
import type { FlashMatrixProgram, MatrixPass } from './tiles.ts';
import { addAttentionCandidates, attention, attentionBackward } from '../index.ts';

beforeAll(addAttentionCandidates);
beforeAll(loadVariants);

const nvidia = { m: 16, n: 16, k: 16 };
const heads = [32, 64, 128, 256];

/** The null backend as a card with matrix units and 48 KiB of workgroup memory. */
function asCard(gpu: Gpu, sizes: typeof nvidia, lanes: number, workgroupBytes = 49152): void {
  const config = { componentType: 'f16', resultComponentType: 'f32', ...sizes };
  const limits = { ...gpu.info.limits, maxComputeWorkgroupStorageSize: workgroupBytes };
  const given = {
    software: false,
    f16: true,
    f16Storage: 'native',
    subgroups: true,
    subgroupSize: lanes,
    subgroupMatrixTiles: 'words',
  } as const;
  Object.assign(gpu, {
    profile: { ...gpu.profile, ...given, subgroupMatrix: [config] },
    info: { ...gpu.info, limits },
  });
}

/** The forward of one sequence of so many tokens. */
function forward(gpu: Gpu, headSize: number, dropout: boolean, tokens = 64) {
  const size = tokens * headSize;
  const random = {
    state: gpu.upload(new Uint32Array(4), 'u32', 'state'),
    tokenKeys: gpu.upload(new Uint32Array(tokens), 'u32', 'keys'),
  };
  return {
    qkv: staleOutput(gpu, 3 * size, 'f16', 'qkv'),
    output: staleOutput(gpu, size, 'f16', 'output'),
    logSumExp: staleOutput(gpu, tokens, 'f32', 'logSumExp'),
    cuSeqlens: gpu.upload(Uint32Array.of(0, tokens), 'u32', 'cuSeqlens'),
    totalTokens: tokens,
    numSequences: 1,
    maxSeqlen: tokens,
    numHeads: 1,
    headSize,
    dropout: dropout ? { probability: 0.1, site: 1, random } : undefined,
    variant: 'flashMatrix',
  } as const;
}

/** Forward and backward of a sequence of one block of keys, and of one of several. */
function record(gpu: Gpu, headSize: number): void {
  for (const dropout of [true, false]) {
    for (const tokens of [32, 130]) {
      const given = forward(gpu, headSize, dropout, tokens);
      attention(gpu, given);
      const gradQkv = staleOutput(gpu, 3 * tokens * headSize, 'f16', 'gradQkv');
      attentionBackward(gpu, { ...given, gradOutput: given.output, gradQkv });
    }
  }
}

it('flashMatrix compiles for the fragments of cards', async () => {
  const gpu = await openDevice({ backend: 'null' });
  const programs = new Map<string, string>();
  gpu.dispatch = ({ program }) => void programs.set(program.key, program.source());
  for (const [m, n, k] of [
    [16, 16, 16],
    [16, 8, 16],
    [8, 16, 16],
    [8, 8, 8],
  ] as const) {
    asCard(gpu, { m, n, k }, m === 8 && n === 16 ? 16 : 32);
    for (const headSize of heads) if (flashMatrixProgram(gpu, 'forward', headSize, 0)) record(gpu, headSize);
  }
  gpu.destroy();
  const products = [...programs].filter(([key]) => key.includes('flashMatrix'));
  const of = (pass: string) => products.filter(([key]) => key.startsWith(`${pass} flashMatrix`)).length;
  // With and without dropout; heads of 256 have a forward only, and fragments of 8 x 8 for 32 lanes
  // share no blocks of 32 keys.
  expect(of('attention')).toBe(2 * (4 + 4 + 4 + 3));
  for (const pass of ['query', 'key value']) expect(of(`attentionBackward ${pass}`)).toBe(2 * (3 + 3 + 3 + 2));
  expect(of('attentionBackward')).toBe(2 * (3 + 3 + 3 + 2));
  // The null backend refuses pipelines of more than 16 KiB.
  expect(await messagesOnNull(products.map(([, program]) => program))).toEqual([]);
});

// The gradients take more workgroup memory than the null backend has.
it.each([true, false])('flashMatrix makes pipelines of the forward, robustness %s', (robustness) =>
  compileOnNull(
    (gpu) => {
      asCard(gpu, nvidia, 32, 16384);
      for (const dropout of [true, false]) attention(gpu, forward(gpu, 32, dropout));
    },
    { robustness },
  ),
);

it('says what flashMatrix needs', async () => {
  const gpu = await openDevice({ backend: 'null' });
  const needs = /variant flashMatrix takes a headSize that is a multiple of 4 and at most 256, and matrix units/;
  expect(() => attention(gpu, forward(gpu, 64, false))).toThrow(needs);
  addedVariants.clear();
  expect(() => attention(gpu, forward(gpu, 64, false))).toThrow(/call addAttentionCandidates\(\) first/);
  addAttentionCandidates();
  asCard(gpu, nvidia, 32);
  for (const headSize of [30, 260]) expect(() => attention(gpu, forward(gpu, headSize, false))).toThrow(needs);
  Object.assign(gpu, { profile: { ...gpu.profile, subgroupMatrixTiles: 'halves' } });
  expect(() => attention(gpu, forward(gpu, 64, false))).toThrow(needs);
  gpu.destroy();
});

/** Numbers of a fragment that a thread holds; halves stand two to a register. */
const sumsOf = ({ m, n, lanes }: FlashMatrixProgram) => (m * n) / lanes;
const operandsOf = ({ m, n, k, lanes }: FlashMatrixProgram) => (m * k + k * n) / 2 / lanes;
/** Eights on their way to workgroup memory, four registers each. */
const onTheWay = ({ channels, lanes }: FlashMatrixProgram, rows: number) =>
  4 * Math.ceil((rows * (channels / 8)) / (4 * lanes));
const places = 24;

/** Registers of a thread, as the generators write them. */
function registersOf(pass: MatrixPass, program: FlashMatrixProgram): number {
  const { m, n, channels, keys } = program;
  const ofRow = (channels / 2 / n) * sumsOf(program);
  const scores = (keys / 2 / n) * sumsOf(program) + operandsOf(program);
  if (pass === 'forward') {
    // Two fours of scores with their keys, weights and factors.
    return places + ofRow + 2 * onTheWay(program, keys) + Math.max(scores, 32);
  }
  // Probabilities and factors of a thread's pairs, then what products give, or slopes.
  const pairs = (2 * keys) / rowLanes(program);
  const atOnce = pairs + Math.max(scores, keys / rowLanes(program));
  if (pass === 'gradQuery') return places + ofRow + 2 * onTheWay(program, keys) + atOnce;
  const ofKeys = 2 * (keys / 2 / m) * ofRow + 2 * onTheWay(program, matrixRows(program));
  return places + ofKeys + Math.max(atOnce, pass === 'backward' ? ofRow + operandsOf(program) : 0);
}

/**
 * Workgroups that a multiprocessor of 65536 registers and 227 KiB has at once; the
 * driver takes 1 KiB of each.
 */
function workgroupsOf(bytes: number, registers: number): number {
  return Math.floor(Math.min(65536 / (128 * registers), 232448 / (bytes + 1024)));
}

/**
 * Pass, channels of a head and tokens of a sequence up to which it goes, keys of a block,
 * bytes of workgroup memory, registers of a thread and workgroups at once, as
 * docs/performance-gpu.md shows them.
 */
const table = `
forward       32 any 64  22016  80 6
forward       64 any 64  28160 104 4
forward      128 any 64  40448 152 3
forward      256 any 32  41984 184 2
backward      32  32 32  20480  80 6
backward      32  64 64  33792 120 4
backward      64  32 32  28672 104 4
backward      64  64 64  46080 160 3
backward     128  32 32  45056 160 3
gradQuery     32 any 64  28672 104 4
gradQuery     64 any 64  40960 128 4
gradQuery    128 any 32  41984 120 4
gradKeyValue  32 any 64  33280 120 4
gradKeyValue  64 any 64  45568 160 3
gradKeyValue 128 any 32  44544 152 3
`;

it('has blocks that fit registers and workgroup memory of cards', async () => {
  const gpu = await openDevice({ backend: 'null' });
  asCard(gpu, nvidia, 32);
  const line = (pass: MatrixPass, head: number, tokens: number) => {
    const program = flashMatrixProgram(gpu, pass, head, tokens);
    if (!program) return [];
    const [bytes, registers] = [bytesOf(pass, program), registersOf(pass, program)];
    const length = pass === 'backward' ? program.keys : 'any';
    return [[pass, head, length, program.keys, bytes, registers, workgroupsOf(bytes, registers)].join(' ')];
  };
  const lines = (['forward', 'backward', 'gradQuery', 'gradKeyValue'] as const).flatMap((pass) =>
    heads.flatMap((head) => (pass === 'backward' ? [32, 64] : [512]).flatMap((tokens) => line(pass, head, tokens))),
  );
  gpu.destroy();
  expect(lines).toEqual(table.trim().replaceAll(/ +/g, ' ').split('\n'));
});
