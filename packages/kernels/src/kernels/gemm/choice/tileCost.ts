import type { Card } from './cards.ts';

/** A product's sizes. */
export interface ProductShape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Matrices of a batch. Default 1. */
  readonly count?: number | undefined;
}

/** A way to compute a product whose time can be predicted. */
export interface TileCandidate {
  /** Variant and tile, as in `Card.tiles`. */
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly splits: number;
}

/** Cost of starting a workgroup, filling its first tile and its epilogue, in inner steps. */
const stepsAround = 48;
/**
 * Cost of the second dispatch that sums the parts; with its memory traffic it makes the 10 us that
 * an H100 took on 2026-11-26 for two parts of 512 x 768.
 */
const dispatchMicroseconds = 7.5;
/**
 * What splitting into parts must gain to be chosen: the host's time for the second dispatch, 9 to
 * 11 us on an H100, and a share of the product's time, for errors of the prediction. The share is
 * larger where a class stands for several cards, for products that take at least that many
 * microseconds.
 */
const leastGain = { microseconds: 10, share: 0.15, ofSeveral: 0.2, ofSeveralFrom: 30 };
/** Repeats a line of `planSplits`, from which this module, loaded later, cannot import. */
const innerPerPart = (k: number, splits: number) => Math.ceil(k / splits / 16) * 16;

/**
 * Predicts the microseconds of a product: each multiprocessor computes ceil(workgroups /
 * multiprocessors) workgroups, and is faster the more of them it holds at once.
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
 * The candidates by their worst case: each candidate's time on a card is taken as a multiple of the
 * shortest time on that card, and the one with the smallest maximum over the cards comes first. For
 * a single card that is the fastest. Parts must gain `leastGain`. Equals keep their order;
 * candidates without a known speed come last.
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
