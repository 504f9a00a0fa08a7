import { beforeAll, describe, expect, it } from 'vitest';
import { loadVariants, openDevice } from '../../index.ts';
import type { Gpu } from '../../index.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { dumpSpirv } from '../../testing/dumpSpirv.ts';
import {
  backwardBytes,
  backwardTile,
  flashTokens,
  forwardBytes,
  forwardTile,
  gradKeyValueTile,
  pieceRows,
  sharesOf,
  splitBytes,
} from './flashTiles.ts';
import type { FlashTile } from './flashTiles.ts';
import { attention, attentionBackward } from './index.ts';

beforeAll(loadVariants);

/** Numbers that a thread holds at once, as the generators write them, and some for places. */
const places = 24;

function forwardRegisters(tile: FlashTile): number {
  const { keyLanes, rowsOfThread } = sharesOf(tile);
  const scoreLoads = ((tile.rows + tile.keys) * 8) / tile.threads;
  const [scores, sums] = [4 * rowsOfThread, (4 * rowsOfThread * tile.chunks) / keyLanes];
  return scores + sums + 4 * scoreLoads + 20 + places;
}

function backwardRegisters(tile: FlashTile): number {
  const { groups } = sharesOf(tile);
  const ofQueries = (4 * tile.rows) / groups + 4 * rowLoads(tile) + 20;
  return gradientsOfKeys(tile) + Math.max(ofScores(tile), ofQueries) + places;
}

function gradKeyValueRegisters(tile: FlashTile): number {
  return gradientsOfKeys(tile) + Math.max(ofScores(tile), ofSlopes(tile)) + places;
}

function gradQueryRegisters(tile: FlashTile): number {
  const { rowsOfThread, keyLanes } = sharesOf(tile);
  const sums = (4 * rowsOfThread * tile.chunks) / keyLanes;
  return sums + Math.max(ofScores(tile), ofSlopes(tile)) + places;
}

function gradientsOfKeys(tile: FlashTile): number {
  return (2 * 4 * tile.keys) / sharesOf(tile).groups;
}

/** Both products of a score while they are summed, and what comes next. */
function ofScores(tile: FlashTile): number {
  return 8 * sharesOf(tile).rowsOfThread + (4 * ((tile.rows + tile.keys) * 8)) / tile.threads + 20;
}

/** Slopes of a thread's pairs, and rows that come next. */
function ofSlopes(tile: FlashTile): number {
  return 4 * sharesOf(tile).rowsOfThread + 4 * rowLoads(tile) + 20;
}

function rowLoads(tile: FlashTile): number {
  return (pieceRows(tile) * tile.chunks) / tile.threads;
}

const heads = [32, 64, 128, 256];

/**
 * Pass, channels of a head and tokens of a sequence up to which it goes, threads, block of scores,
 * bytes of workgroup memory and registers of a thread, as docs/performance.md shows them.
 */
const table = `
forward  32 any  64 32x32  10368 108
forward  64 any 128 32x64  16000 100
forward  128 any 128 32x64 16000 116
forward  256 any 128 32x64 16000 148
backward 32 32   64 32x32  10368 140
backward 32 64  128 32x64  16000 132
backward 32 128 256 32x128 27264 128
backward 64 32  128 32x32  10368 108
backward 64 64  256 64x64  25856 124
backward 64 128 256 32x128 27264 160
backward 128 32 256 32x32  10368 96
backward 128 64 256 64x64  25856 156
backward 256 32 256 32x32  10368 144
gradQuery    32 any  64 32x32   9216 124
gradKeyValue 32 any 128 32x64  13824 132
gradQuery    64 any 128 32x64  13824 116
gradKeyValue 64 any 256 64x64  21504 124
gradQuery    128 any 128 32x64 13824 132
gradKeyValue 128 any 256 64x64 21504 156
gradQuery    256 any 128 32x64 13824 164
gradKeyValue 256 any 256 32x32  9216 124
`;

function line(pass: string, head: number, length: string, tile: FlashTile, bytes: number, registers: number) {
  return [pass, head, length, tile.threads, `${tile.rows}x${tile.keys}`, bytes, registers].join(' ');
}

describe('flash', () => {
  it('has tiles that fit registers and workgroup memory', () => {
    const forward = heads.map((head) => {
      const tile = forwardTile(head);
      return line('forward', head, 'any', tile, forwardBytes(tile), forwardRegisters(tile));
    });
    const backward = heads.flatMap((head) =>
      flashTokens.flatMap((length) => {
        const tile = backwardTile(head, length, 32768);
        return tile ? [line('backward', head, String(length), tile, backwardBytes(tile), backwardRegisters(tile))] : [];
      }),
    );
    const split = heads.flatMap((head) => {
      const [ofQuery, ofKeys] = [forwardTile(head), gradKeyValueTile(head, 32768)];
      return [
        line('gradQuery', head, 'any', ofQuery, splitBytes(ofQuery), gradQueryRegisters(ofQuery)),
        line('gradKeyValue', head, 'any', ofKeys, splitBytes(ofKeys), gradKeyValueRegisters(ofKeys)),
      ];
    });
    const all = [...forward, ...backward, ...split];
    expect(all).toEqual(table.trim().replaceAll(/ +/g, ' ').split('\n'));
    for (const row of all) {
      const [threads, , bytes, registers] = row.split(' ').slice(3).map(Number) as [number, number, number, number];
      expect(threads).toBeLessThanOrEqual(256);
      // Of a multiprocessor, and of a thread.
      expect(threads * registers).toBeLessThanOrEqual(65536);
      expect(registers).toBeLessThanOrEqual(255);
      expect(bytes).toBeLessThanOrEqual(/^(forward|gradQuery)/.test(row) ? 16384 : 32768);
    }
  });

  it('takes smaller blocks in less workgroup memory, and blocks of keys where a sequence does not fit', () => {
    expect(backwardTile(64, 64, 16384)).toEqual({ threads: 256, rows: 32, keys: 64, chunks: 16 });
    expect(backwardTile(64, 128, 16384)).toBeUndefined();
    for (const head of heads)
      for (const length of flashTokens) {
        const tile = backwardTile(head, length, 16384);
        if (tile) expect(backwardBytes(tile)).toBeLessThanOrEqual(16384);
      }
    expect(gradKeyValueTile(64, 16384)).toEqual({ threads: 256, rows: 32, keys: 64, chunks: 16 });
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
  ])('checks no index in its products: heads of %i, %i tokens', async (headSize, maxSeqlen) => {
    const programs = await programsOf(headSize, maxSeqlen);
    const names = [...programs.keys()].map((key) => key.split(' vec4', 1)[0]);
    const split = ['attentionBackward rows', 'attentionBackward query flash', 'attentionBackward key value flash'];
    expect(names).toEqual(['attention flash', ...(maxSeqlen > 128 ? split : ['attentionBackward flash'])]);
    for (const [key, wgsl] of programs) {
      if (key.startsWith('attentionBackward rows')) continue;
      const loops = innermostLoops(dumpSpirv(wgsl)).filter((loop) => loop.includes(' Fma '));
      expect(loops.length).toBeGreaterThanOrEqual(2);
      for (const loop of loops) expect(loop).not.toMatch(/UMin|OpIAddCarry|OpTypeArray/);
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
  // Rows, queries, keys and values of blocks; sequences of up to 32 and 64 tokens at once.
  expect(prepared.filter((key) => key.startsWith('attentionBackward'))).toHaveLength(5);
  for (const length of [1, 20, 33, 64, 65, 128, 511]) recordBoth(gpu, 64, length);
  expect([...keys]).toEqual(prepared);
  gpu.destroy();
});

/** The WGSL of the programs of forward and backward by their keys. */
async function programsOf(headSize: number, maxSeqlen: number): Promise<Map<string, string>> {
  const programs = new Map<string, string>();
  const gpu = await openDevice({ backend: 'null', limits: { maxComputeWorkgroupStorageSize: 16384 } });
  const limits = { ...gpu.info.limits, maxComputeWorkgroupStorageSize: 32768 };
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
