/** The block of scores that a workgroup of `flash` computes: query rows by keys. */
export type FlashTile = {
  readonly threads: number;
  /** Query rows of a block. */
  readonly rows: number;
  /** Keys of a block. */
  readonly keys: number;
  /** Chunks of four channels of the largest head that the program takes. */
  readonly chunks: number;
  /** Chunks of whole rows that are staged in workgroup memory at a time for sums over rows. */
  readonly stagedChunks: number;
};

/** Longest sequence, in tokens, of each class that has its own backward program. */
export const flashTokens: readonly number[] = [32, 64, 128];

/** What a program is generated for. */
export type FlashProgram = FlashTile & {
  /**
   * Whether loops over a tile end at constants, so that compilers unroll them. Otherwise they end
   * at parameters of the same value: unrolled, they take a software adapter most of a minute to
   * compile.
   */
  readonly constantLoops: boolean;
  /** Whether the gradient of queries saves what that of keys and values needs for each row. */
  readonly savesRows: boolean;
};

/** Chunks of each row that are staged at a time for scores. */
export const pieceChunks = 8;
/** Chunks of the keys whose gradients a workgroup of 256 threads keeps in registers. */
const mostOfKeys = 2048;
/** Chunks of whole rows that are summed between checks for the end of a sequence. */
const pieceOfRows = 256;

/**
 * How many of these rows are staged in workgroup memory at a time, and how many are summed at a
 * time.
 */
export function piecesOf({ chunks, stagedChunks }: FlashTile, rows: number): { staged: number; summed: number } {
  return { staged: Math.min(rows, stagedChunks / chunks), summed: Math.min(rows, pieceOfRows / chunks) };
}

/**
 * Chunks to stage at a time. Each piece costs two barriers, so where workgroup memory is large
 * there are few pieces, but small enough to keep several workgroups on a multiprocessor.
 */
function chunksToStage(workgroupBytes: number): number {
  return workgroupBytes < 49152 ? pieceOfRows : 4 * pieceOfRows;
}

/** How a tile's numbers are shared among its threads. */
export interface FlashShares {
  /** Scores: threads along the four keys of each, groups along rows, and rows of a thread. */
  readonly keyLanes: number;
  readonly rowGroups: number;
  readonly rowsOfThread: number;
  /** Sums over rows: threads along chunks, and groups along what is summed for. */
  readonly chunkLanes: number;
  readonly groups: number;
}

export function sharesOf({ threads, rows, keys, chunks }: FlashTile): FlashShares {
  const keyLanes = keys / 4;
  const rowGroups = threads / keyLanes;
  const chunkLanes = Math.min(chunks, threads);
  return { keyLanes, rowGroups, rowsOfThread: rows / rowGroups, chunkLanes, groups: threads / chunkLanes };
}

/**
 * The tile of a block of queries, forward and for their gradient alone: for heads of up to 32,
 * 64, 128 and 256 channels.
 */
export function forwardTile(headSize: number, workgroupBytes: number): FlashTile {
  const tile = { rows: 32, chunks: chunksOfClass(headSize), stagedChunks: chunksToStage(workgroupBytes) };
  return tile.chunks === 8 ? { ...tile, threads: 64, keys: 32 } : { ...tile, threads: 128, keys: 64 };
}

/**
 * The tile of all gradients of sequences of up to `maxSeqlen` tokens, in workgroup memory of that
 * many bytes; undefined where a sequence's gradients leave the registers of a workgroup.
 */
export function backwardTile(headSize: number, maxSeqlen: number, workgroupBytes: number): FlashTile | undefined {
  const chunks = chunksOfClass(headSize);
  const keys = flashTokens.find((tokens) => maxSeqlen <= tokens);
  if (keys === undefined || keys * chunks > mostOfKeys) return undefined;
  return tilesOfKeys(keys, chunks, workgroupBytes).find((tile) => backwardBytes(tile) <= workgroupBytes);
}

/**
 * The tile of the gradients of a block of keys of a sequence of any length;
 * 16 KiB are enough for it.
 */
export function gradKeyValueTile(headSize: number, workgroupBytes: number): FlashTile {
  const chunks = chunksOfClass(headSize);
  const [largest, smaller] = tilesOfKeys(Math.min(64, mostOfKeys / chunks), chunks, workgroupBytes);
  return splitBytes(largest) <= workgroupBytes ? largest : smaller;
}

/** With as many rows as threads have registers for, and with few. */
function tilesOfKeys(keys: number, chunks: number, workgroupBytes: number): [FlashTile, FlashTile] {
  const threads = Math.min(256, (keys * chunks) / 4);
  // Four rows a thread at most, and none beyond the sequence.
  const mostRows = Math.min(64, keys, (16 * threads) / keys);
  const tile = { threads, keys, chunks, stagedChunks: chunksToStage(workgroupBytes) };
  return [
    { ...tile, rows: mostRows },
    { ...tile, rows: 32 },
  ];
}

/** Bytes of workgroup memory. */
export function forwardBytes(tile: FlashTile): number {
  return 16 * (tileLength(tile) + partialLength(tile));
}

export function backwardBytes(tile: FlashTile): number {
  return 16 * tileLength(tile) + 4 * partialWidth(tile) * partialLength(tile);
}

/** Of the gradients of a block of keys or of queries. */
export function splitBytes(tile: FlashTile): number {
  return 16 * tileLength(tile);
}

/** Numbers of the vector that holds a number of each row of a thread. */
export function partialWidth(tile: FlashTile): 1 | 2 | 4 {
  return sharesOf(tile).rowsOfThread as 1 | 2 | 4;
}

/**
 * Vectors of four in the tile: first pieces of rows of queries and of keys, their rows an odd
 * number of vectors apart, then the block of scores, its rows apart likewise, and whole rows.
 */
export function tileLength(tile: FlashTile): number {
  const { rows, keys, chunks } = tile;
  const staged = piecesOf(tile, Math.max(rows, keys)).staged * chunks;
  return Math.max((rows + keys) * (pieceChunks + 1), scoresLength(tile) + staged);
}

export function scoresLength({ rows, keys }: FlashTile): number {
  return rows * (keys / 4 + 1);
}

/** A vector of each thread. */
export function partialLength(tile: FlashTile): number {
  const { keyLanes, rowGroups } = sharesOf(tile);
  return rowGroups * (keyLanes + 1);
}

function chunksOfClass(headSize: number): number {
  return headSize <= 32 ? 8 : headSize <= 64 ? 16 : headSize <= 128 ? 32 : 64;
}
