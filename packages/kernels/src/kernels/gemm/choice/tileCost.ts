import type { Card } from './cards.ts';

/** A product's sizes. */
export interface ProductShape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Matrices of a batch. Default 1. */
  readonly count?: number | undefined;
}

/** A way to compute a product whose time can be told beforehand. */
export interface TileCandidate {
  /** Variant and tile, as in `Card.tiles`. */
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly splits: number;
}

/** Inner steps that filling the tile, the epilogue and the start of a workgroup are worth. */
const stepsAround = 48;
/**
 * Of a dispatch more, for the sum of the parts: with its traffic the 10 us that the H100 of
 * 2026-11-26 took for two parts of 512 x 768.
 */
const dispatchMicroseconds = 7.5;
/**
 * What parts must gain, so that a sum of theirs is recorded: what that takes the host, 9 to 11 us
 * on an H100, and the share of a product's time by which all this may be wrong. Where a card is one
 * of several it is more, of products that take so many microseconds on it, which fill some of the
 * others.
 */
const leastGain = { microseconds: 10, share: 0.15, ofSeveral: 0.2, ofSeveralFrom: 30 };
/** As `planSplits` has it, which is there before this is loaded. */
const innerPerPart = (k: number, splits: number) => Math.ceil(k / splits / 16) * 16;

/**
 * Microseconds of a product by waves: each multiprocessor computes ceil(workgroups /
 * multiprocessors) workgroups, and is the faster the more of them it holds at once.
 */
export function tileMicroseconds(card: Card, candidate: TileCandidate, shape: ProductShape): number {
  const speed = card.tiles[candidate.name];
  if (!speed) return Infinity;
  const { rows, columns, splits } = candidate;
  const { m, n, k, count = 1 } = shape;
  const workgroups = Math.ceil(m / rows) * Math.ceil(n / columns) * splits * count;
  const each = Math.ceil(workgroups / card.multiprocessors);
  const atOnce = Math.min(each, speed.atOnce);
  const gflops = (card.gflops * speed.most * atOnce) / (atOnce + speed.half);
  const ofOne = (2 * rows * columns * (innerPerPart(k, splits) + stepsAround)) / gflops / 1000;
  const ofSum =
    splits === 1 ? 0 : dispatchMicroseconds + (4 * (2 * splits + 1) * m * n) / card.gigabytesPerSecond / 1000;
  return each * ofOne + ofSum;
}

/**
 * The candidates, the one first that is nowhere far behind: whose time, as a multiple of the
 * shortest on the same card, is the least on the card where it is the worst. For one card that is
 * the fastest, where parts must gain what this may be wrong by. Equals stay in order; those of
 * no known speed come last.
 */
export function tilesByTime<C extends TileCandidate>(
  cards: readonly Card[],
  candidates: readonly C[],
  shape: ProductShape,
): C[] {
  const { microseconds, share, ofSeveral, ofSeveralFrom } = leastGain;
  const gainOf = (time: number) => {
    if (cards.length === 1) return Math.max(microseconds, share * time);
    return time < ofSeveralFrom ? 0 : ofSeveral * time;
  };
  const times = cards.map((card) =>
    candidates.map((candidate) => {
      const time = tileMicroseconds(card, candidate, shape);
      return time + (candidate.splits > 1 ? gainOf(time) : 0);
    }),
  );
  const shortest = times.map((ofCard) => Math.min(...ofCard));
  const worst = candidates.map((_, index) =>
    Math.max(...times.map((ofCard, card) => (ofCard[index] as number) / (shortest[card] as number))),
  );
  const order = candidates.map((_, index) => index);
  order.sort((a, b) => (worst[a] === worst[b] ? a - b : (worst[a] as number) - (worst[b] as number)));
  return order.map((index) => candidates[index] as C);
}
