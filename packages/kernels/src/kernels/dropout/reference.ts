import { dropoutFactor } from '../../random/reference.ts';
import type { DropoutReferenceOptions } from '../../random/reference.ts';

/** Dropout with the options of `dropoutFactor` and the key of each row. */
export interface RowDropout extends DropoutReferenceOptions {
  /** Key of each row: [rows]. */
  readonly tokenKeys: ArrayLike<number>;
}

/** output[row, c] = input[row, c] * factor(row, c); its own backward. */
export function dropoutReference(
  input: ArrayLike<number>,
  { rows, columns, dropout }: { rows: number; columns: number; dropout: RowDropout },
): Float64Array {
  const output = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const factor = dropoutFactor(dropout.tokenKeys[row] as number, column, dropout);
      output[row * columns + column] = factor * (input[row * columns + column] as number);
    }
  }
  return output;
}
