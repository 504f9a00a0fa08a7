import { beforeAll, describe, expect, it } from 'vitest';
import { loadVariants, openDevice } from '../../../index.ts';
import type { Gpu } from '../../../index.ts';
import { compileOnNull, messagesOnNull } from '../../../testing/compileOnNull.ts';
import { dumpSpirv } from '../../../testing/dumpSpirv.ts';
import {
  backwardBytes,
  backwardTile,
  flashTokens,
  forwardBytes,
  forwardTile,
  gradKeyValueTile,
  pieceChunks,
  piecesOf,
  sharesOf,
  splitBytes,
} from './tiles.ts';
import type { FlashTile } from './tiles.ts';
import { attention, attentionBackward } from '../index.ts';

beforeAll(loadVariants);

/** Numbers that a thread holds at once, as the generators write them, and some for places. */
const places = 24;

function forwardRegisters(tile: FlashTile): number {
  const { keyLanes, rowsOfThread } = sharesOf(tile);
  const scoreLoads = ((tile.rows + tile.keys) * 8) / tile.threads;
  const [scores, sums] = [4 * rowsOfThread, (4 * rowsOfThread * tile.chunks) / keyLanes];
  return sums + Math.max(scores + 4 * scoreLoads, 4 * rowLoads(tile, tile.keys)) + 20 + places;
}

function backwardRegisters(tile: FlashTile): number {
  const { groups } = sharesOf(tile);
  const ofQueries = (4 * tile.rows) / groups + 4 * rowLoads(tile, tile.keys) + 20;
  return gradientsOfKeys(tile) + Math.max(ofScores(tile), ofQueries) + places;
}

function gradKeyValueRegisters(tile: FlashTile): number {
  return gradientsOfKeys(tile) + Math.max(ofScores(tile), ofSlopes(tile, tile.rows)) + places;
}

function gradQueryRegisters(tile: FlashTile): number {
  const { rowsOfThread, keyLanes } = sharesOf(tile);
  const sums = (4 * rowsOfThread * tile.chunks) / keyLanes;
  return sums + Math.max(ofScores(tile), ofSlopes(tile, tile.keys)) + places;
}

function gradientsOfKeys(tile: FlashTile): number {
  return (2 * 4 * tile.keys) / sharesOf(tile).groups;
}

/** Both products of a score while they are summed, and what comes next. */
function ofScores(tile: FlashTile): number {
  return 8 * sharesOf(tile).rowsOfThread + (4 * ((tile.rows + tile.keys) * 8)) / tile.threads + 20;
}

/** Slopes of a thread's pairs, and rows that come next. */
function ofSlopes(tile: FlashTile, rows: number): number {
  return 4 * sharesOf(tile).rowsOfThread + 4 * rowLoads(tile, rows) + 20;
}

function rowLoads(tile: FlashTile, rows: number): number {
  return (piecesOf(tile, rows).staged * tile.chunks) / tile.threads;
}

/** Barriers of a block of scores. */
const barriers = {
  forward: (tile: FlashTile) => scoreBarriers(tile) + rowBarriers(tile, tile.keys),
  backward: (tile: FlashTile) =>
    2 * scoreBarriers(tile) + 2 * rowBarriers(tile, tile.rows) + rowBarriers(tile, tile.keys),
  gradQuery: (tile: FlashTile) => 2 * scoreBarriers(tile) + rowBarriers(tile, tile.keys),
  gradKeyValue: (tile: FlashTile) => 2 * scoreBarriers(tile) + 2 * rowBarriers(tile, tile.rows),
};

function scoreBarriers({ chunks }: FlashTile): number {
  return (2 * chunks) / pieceChunks;
}

function rowBarriers(tile: FlashTile, rows: number): number {
  return (2 * rows) / piecesOf(tile, rows).staged;
}

const heads = [32, 64, 128, 256];

/**
 * Pass, channels of a head and tokens of a sequence up to which it goes, threads and block of
 * scores; then bytes of workgroup memory, registers of a thread and barriers of a block, on an
 * adapter that gives 32 KiB, and on one that gives 48, as docs/performance-gpu.md shows them.
 */
const table = `
forward       32 any  64 32x32  10368 108  4 10368 108  4
forward       64 any 128 32x64  16000 100 12 27264 100  6
forward      128 any 128 32x64  16000 116 24 27264 116 12
forward      256 any 128 32x64  16000 148 48 27264 148 24
backward      32  32  64 32x32  10368 140 10 10368 140 10
backward      32  64 128 32x64  16000 132 12 19072 132 10
backward      32 128 256 32x128 27264 128 16 37504 128 10
backward      64  32 128 32x32  10368 108 20 13952 108 14
backward      64  64 256 64x64  25856 124 32 38144 124 14
backward      64 128 256 32x128 27264 160 32 37504 160 16
backward     128  32 256 32x32  10368  96 40 22144 108 22
backward     128  64 256 64x64  25856 156 64 38144 156 28
backward     256  32 256 32x32  10368 144 80 22144 156 44
gradQuery     32 any  64 32x32   9216 124  6  9216 124  6
gradKeyValue  32 any 128 32x64  13824 132  8 16896 132  8
gradQuery     64 any 128 32x64  13824 116 16 25088 116 10
gradKeyValue  64 any 256 64x64  21504 124 24 33792 124 12
gradQuery    128 any 128 32x64  13824 132 32 25088 132 20
gradKeyValue 128 any 256 64x64  21504 156 48 33792 156 24
gradQuery    256 any 128 32x64  13824 164 64 25088 164 40
gradKeyValue 256 any 256 32x32   9216 124 64 20992 128 40
`;

describe('flash', () => {
  it('has tiles that fit registers and workgroup memory', () => {
    const bytesOf = { forward: forwardBytes, backward: backwardBytes, gradQuery: splitBytes, gradKeyValue: splitBytes };
    const registersOf = {
      forward: forwardRegisters,
      backward: backwardRegisters,
      gradQuery: gradQueryRegisters,
      gradKeyValue: gradKeyValueRegisters,
    };
    const line = (
      pass: keyof typeof barriers,
      head: number,
      length: string,
      tileOf: (bytes: number) => FlashTile | undefined,
    ) => {
      const [less, more] = [tileOf(32768), tileOf(49152)];
      if (!less || !more) return [];
      const { threads, rows, keys } = less;
      expect(threads).toBeLessThanOrEqual(256);
      expect({ ...more, stagedChunks: less.stagedChunks }).toEqual(less);
      expect(bytesOf[pass](less)).toBeLessThanOrEqual(/^(forward|gradQuery)/.test(pass) ? 16384 : 32768);
      // As many of a multiprocessor as its registers have room for: not one less than with 32 KiB.
      const workgroups = (tile: FlashTile) => Math.floor(65536 / (threads * registersOf[pass](tile)));
      expect(workgroups(more)).toBe(workgroups(less));
      expect(workgroups(more)).toBeGreaterThanOrEqual(1);
      expect(workgroups(more) * (bytesOf[pass](more) + 1024)).toBeLessThanOrEqual(232448);
      const ofTile = (tile: FlashTile) => `${bytesOf[pass](tile)} ${registersOf[pass](tile)} ${barriers[pass](tile)}`;
      expect(registersOf[pass](more)).toBeLessThanOrEqual(255);
      return [[pass, head, length, threads, `${rows}x${keys}`, ofTile(less), ofTile(more)].join(' ')];
    };
    const forward = heads.flatMap((head) => line('forward', head, 'any', (bytes) => forwardTile(head, bytes)));
    const backward = heads.flatMap((head) =>
      flashTokens.flatMap((length) =>
        line('backward', head, `${length}`, (bytes) => backwardTile(head, length, bytes)),
      ),
    );
    const split = heads.flatMap((head) => [
      ...line('gradQuery', head, 'any', (bytes) => forwardTile(head, bytes)),
      ...line('gradKeyValue', head, 'any', (bytes) => gradKeyValueTile(head, bytes)),
    ]);
    expect([...forward, ...backward, ...split]).toEqual(table.trim().replaceAll(/ +/g, ' ').split('\n'));
  });

  it('takes smaller blocks in less workgroup memory, and blocks of keys where a sequence does not fit', () => {
    expect(backwardTile(64, 64, 16384)).toEqual({ threads: 256, rows: 32, keys: 64, chunks: 16, stagedChunks: 256 });
    expect(backwardTile(64, 128, 16384)).toBeUndefined();
    for (const head of heads)
      for (const length of flashTokens) {
        const tile = backwardTile(head, length, 16384);
        if (tile) expect(backwardBytes(tile)).toBeLessThanOrEqual(16384);
      }
    expect(gradKeyValueTile(64, 16384)).toEqual({ threads: 256, rows: 32, keys: 64, chunks: 16, stagedChunks: 256 });
    for (const head of heads) expect(splitBytes(gradKeyValueTile(head, 16384))).toBeLessThanOrEqual(16384);
    expect(backwardTile(128, 65, 49152)).toBeUndefined();
    expect(backwardTile(32, 129, 49152)).toBeUndefined();
  });

  it.each([
    [64, 64],
    [64, 128],
    [128, 64],
    [32, 512],
    [64, 512],
    [128, 512],
    [256, 512],
    // Programs for adapters with 48 KiB that need no more than 32.
    [32, 512, 49152],
    [128, 32, 49152],
    [256, 32, 49152],
  ])('checks no index in its products: heads of %i, %i tokens', async (headSize, maxSeqlen, bytes = 32768) => {
    const programs = await programsOf(headSize, maxSeqlen, bytes);
    const names = [...programs.keys()].map((key) => key.split(' vec4', 1)[0]);
    const split = ['attentionBackward query flash', 'attentionBackward key value flash'];
    expect(names).toEqual(['attention flash', ...(maxSeqlen > 128 ? split : ['attentionBackward flash'])]);
    for (const wgsl of programs.values()) {
      const loops = innermostLoops(dumpSpirv(wgsl)).filter((loop) => loop.includes(' Fma '));
      expect(loops.length).toBeGreaterThanOrEqual(2);
      for (const loop of loops) expect(loop).not.toMatch(/UMin|OpIAddCarry|OpSelect /);
      // Arrays of a thread's own that are indexed lie in memory.
      expect(wgsl).not.toMatch(/var \w+: array/);
    }
  });
});

it.each([true, false])('makes pipelines for blocks of long sequences as GPUs get them, robustness %s', (robustness) =>
  compileOnNull(
    (gpu) => {
      Object.assign(gpu, { profile: { ...gpu.profile, software: false } });
      for (const headSize of heads) recordBoth(gpu, headSize, 512);
    },
    { robustness },
  ),
);

it('compiles as adapters with 48 KiB of workgroup memory get it', async () => {
  const lengths = [32, 64, 128, 512];
  const programs = await Promise.all(
    heads.flatMap((headSize) => lengths.map((length) => programsOf(headSize, length, 49152))),
  );
  // The null backend refuses pipelines of more than 16 KiB.
  expect(await messagesOnNull(programs.flatMap((ofShape) => [...ofShape.values()]))).toEqual([]);
});

it('needs no new program for shorter sequences once it was prepared for long ones', async () => {
  const gpu = await openDevice({ backend: 'null', limits: { maxComputeWorkgroupStorageSize: 16384 } });
  const keys = new Set<string>();
  const dispatch = gpu.dispatch.bind(gpu);
  gpu.dispatch = (what) => {
    keys.add(what.program.key);
    dispatch(what);
  };
  await gpu.prepare(() => recordBoth(gpu, 64, 512));
  const prepared = [...keys];
  // Queries, keys and values of blocks; sequences of up to 32 and 64 tokens at once.
  expect(prepared.filter((key) => key.startsWith('attentionBackward'))).toHaveLength(4);
  for (const length of [1, 20, 33, 64, 65, 128, 511]) recordBoth(gpu, 64, length);
  expect([...keys]).toEqual(prepared);
  gpu.destroy();
});

/** The WGSL of the programs of forward and backward by their keys. */
async function programsOf(headSize: number, maxSeqlen: number, workgroupBytes: number): Promise<Map<string, string>> {
  const programs = new Map<string, string>();
  const gpu = await openDevice({ backend: 'null', limits: { maxComputeWorkgroupStorageSize: 16384 } });
  const limits = { ...gpu.info.limits, maxComputeWorkgroupStorageSize: workgroupBytes };
  Object.assign(gpu, { info: { ...gpu.info, limits }, profile: { ...gpu.profile, software: false } });
  gpu.dispatch = ({ program }) => void programs.set(program.key, program.source());
  recordBoth(gpu, headSize, maxSeqlen);
  gpu.destroy();
  return programs;
}

/** Records forward and backward of one sequence, with queries, keys and values in one array. */
function recordBoth(gpu: Gpu, headSize: number, maxSeqlen: number): void {
  const size = maxSeqlen * headSize;
  const shape = {
    qkv: gpu.allocate('f32', 3 * size, 'qkv'),
    output: gpu.allocate('f32', size, 'output'),
    logSumExp: gpu.allocate('f32', maxSeqlen, 'logSumExp'),
    cuSeqlens: gpu.allocate('u32', 2, 'cuSeqlens'),
    totalTokens: maxSeqlen,
    numSequences: 1,
    maxSeqlen,
    numHeads: 1,
    headSize,
    variant: 'flash',
  } as const;
  attention(gpu, shape);
  const [gradOutput, gradQkv] = [gpu.allocate('f32', size, 'gradOutput'), gpu.allocate('f32', 3 * size, 'gradQkv')];
  attentionBackward(gpu, { ...shape, gradOutput, gradQkv });
}

/** The loops of SPIR-V that hold no other loop. */
function innermostLoops(spirv: string): string[] {
  return spirv
    .split('OpLoopMerge')
    .slice(1)
    .flatMap((text) => {
      const merge = /%\w+/.exec(text)?.[0] ?? '';
      const end = text.indexOf(`${merge} = OpLabel`);
      return end < 0 ? [] : [text.slice(0, end)];
    });
}
