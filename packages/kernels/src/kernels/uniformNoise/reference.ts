import { randomWord } from '../../random/reference.ts';
import type { RandomPlace } from '../../random/reference.ts';

/** Noise with the key of each row. */
export interface RowNoise extends RandomPlace {
  readonly magnitude: number;
  readonly tokenKeys: ArrayLike<number>;
}

/** output[row, c] = input[row, c] + magnitude * (2 u - 1). */
export function uniformNoiseReference(
  input: ArrayLike<number>,
  { rows, columns, noise }: { rows: number; columns: number; noise: RowNoise },
): Float64Array {
  const output = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const word = randomWord(noise.tokenKeys[row] as number, column, noise);
      const uniform = Math.floor(word / 256) / 2 ** 24;
      const index = row * columns + column;
      output[index] = (input[index] as number) + noise.magnitude * (2 * uniform - 1);
    }
  }
  return output;
}
