import type { Gpu } from '../../../gpu.ts';
import { matrixLanes, runnableMatrixConfig } from '../../gemm/subgroupMatrix/config.ts';
import type { PairKernel } from '../pairs/pairKernel.ts';

export type MatrixPass = PairKernel['pass'];

/** What a program of `flashMatrix.wgsl` is generated for. */
export type FlashMatrixProgram = {
  /** The fragments of the device, and lanes of its subgroups. */
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly lanes: number;
  /** Whether the program asks for subgroups of that size. */
  readonly asksLanes: boolean;
  /** Channels of the largest head that the program takes. */
  readonly channels: number;
  /** Keys of a block. */
  readonly keys: number;
  /** As in `FlashProgram`. */
  readonly constantLoops: boolean;
  readonly savesRows: boolean;
};

/** Channels of the largest head of each class. */
const classes: readonly number[] = [32, 64, 128, 256];

/**
 * The program of a pass for heads of this size and sequences of up to `maxSeqlen` tokens on
 * this device. Undefined where it has no matrix units with f16 operands and f32 sums that take
 * vectors of words, where they and its subgroups do not share a block without a rest, where
 * the blocks leave its workgroup memory, and, of all gradients at once, where the sequences
 * are longer than a block.
 */
export function flashMatrixProgram(
  gpu: Gpu,
  pass: MatrixPass,
  headSize: number,
  maxSeqlen: number,
): FlashMatrixProgram | undefined {
  const { subgroupMatrixTiles, software } = gpu.profile;
  const [lanes, asksLanes] = [matrixLanes(gpu.profile), gpu.profile.subgroupSize === 0];
  const config = runnableMatrixConfig(gpu);
  const channels = classes.find((largest) => headSize <= largest);
  if (!config || subgroupMatrixTiles !== 'words' || channels === undefined) return undefined;
  const { m, n, k } = config;
  const blocks = pass === 'backward' ? [32, 64].filter((keys) => maxSeqlen <= keys) : [64, 32];
  return blocks
    .map((keys) => ({ m, n, k, lanes, asksLanes, channels, keys, constantLoops: !software, savesRows: false }))
    .find((program) => isShared(program) && bytesOf(pass, program) <= gpu.info.limits.maxComputeWorkgroupStorageSize);
}

/** Whether fragments and threads share blocks without a rest. */
function isShared(program: FlashMatrixProgram): boolean {
  const { n, k, lanes, channels, keys } = program;
  const lanesOfRow = rowLanes(program);
  return (
    [8, 16].includes(n) &&
    [8, 16].includes(k) &&
    Number.isInteger(lanesOfRow) &&
    (keys / 8) % lanesOfRow === 0 &&
    (4 * lanes) % (channels / 8) === 0
  );
}

/** Query rows of a block: two rows of fragments. */
export function matrixRows({ m }: Pick<FlashMatrixProgram, 'm'>): number {
  return 2 * m;
}

/** Threads that share a query row's pairs. */
export function rowLanes(program: FlashMatrixProgram): number {
  return (4 * program.lanes) / matrixRows(program);
}

/**
 * Vectors of words from row to row: of channels and of pairs in f16, of
 * scores and of results in f32.
 */
export function stridesOf({ channels, keys }: FlashMatrixProgram) {
  return { channels: channels / 8 + 1, pairs: keys / 8 + 1, scores: keys / 4 + 1, results: channels / 4 + 1 };
}

/**
 * Where everything begins in workgroup memory, and its length, in vectors of words. What comes
 * before the keys is done with when results are stored over it.
 */
export function placesOf(pass: MatrixPass, program: FlashMatrixProgram) {
  const { keys } = program;
  const rows = matrixRows(program);
  const strides = stridesOf(program);
  const [ofRows, ofKeys, pairs] = [rows * strides.channels, keys * strides.channels, rows * strides.pairs];
  const weights = rows * strides.scores;
  const slopes = weights + (pass === 'gradQuery' ? 0 : pairs);
  const query = slopes + (pass === 'forward' ? 0 : pairs);
  const gradOutput = query + ofRows;
  const key = gradOutput + (pass === 'forward' ? 0 : ofRows);
  const value = key + ofKeys;
  // Forward the values come where the keys were.
  const length = Math.max(value + (pass === 'forward' ? 0 : ofKeys), rows * strides.results);
  return { scores: 0, weights, slopes, query, gradOutput, key, value: pass === 'forward' ? key : value, length };
}

/** Bytes of workgroup memory; a number of each thread, or two, beside the tile. */
export function bytesOf(pass: MatrixPass, program: FlashMatrixProgram): number {
  const numbers = { forward: 2, backward: 1, gradQuery: 0, gradKeyValue: 0 };
  return 16 * placesOf(pass, program).length + 4 * numbers[pass] * 4 * program.lanes;
}
