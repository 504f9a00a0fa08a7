/** `pcg4d` of dropout.wgsl, in 32-bit integer arithmetic. */
function pcg4d(counter: readonly number[]): number[] {
  let [x = 0, y = 0, z = 0, w = 0] = counter.map((value) => (Math.imul(value, 1664525) + 1013904223) | 0);
  const mix = () => {
    x = (x + Math.imul(y, w)) | 0;
    y = (y + Math.imul(z, x)) | 0;
    z = (z + Math.imul(x, y)) | 0;
    w = (w + Math.imul(y, z)) | 0;
  };
  mix();
  [x, y, z, w] = [x ^ (x >>> 16), y ^ (y >>> 16), z ^ (z >>> 16), w ^ (w >>> 16)];
  mix();
  return [x >>> 0, y >>> 0, z >>> 0, w >>> 0];
}

/** What determines random words, besides row and column. */
export interface RandomPlace {
  /** A number that is unique among the dropouts of the model. */
  readonly site: number;
  /** Seed of the run. */
  readonly seed: number;
  /** Number of the update. */
  readonly update: number;
}

export interface DropoutReferenceOptions extends RandomPlace {
  /** Probability that an element becomes zero, in [0, 1). */
  readonly probability: number;
}

/** The word for element `channel` of the row `tokenKey`, 32 bits. */
export function randomWord(tokenKey: number, channel: number, { site, seed, update }: RandomPlace): number {
  const place = [tokenKey, Math.floor(channel / 4), 0, 0];
  const stream = pcg4d([site, update, seed, 0x9e3779b9]);
  return pcg4d(stream.map((word, index) => word ^ (place[index] as number)))[channel % 4] as number;
}

/**
 * The factor that dropout multiplies element `channel` of the row `tokenKey` with: 0 or 1 / (1 -
 * probability).
 */
export function dropoutFactor(tokenKey: number, channel: number, options: DropoutReferenceOptions): number {
  const { probability } = options;
  const threshold = Math.min(0xffffffff, Math.round(probability * 2 ** 32));
  return randomWord(tokenKey, channel, options) >= threshold ? 1 / (1 - probability) : 0;
}
