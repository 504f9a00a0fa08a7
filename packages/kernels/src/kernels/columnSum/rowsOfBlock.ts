export const leastRowsOfBlock = 16;
const mostRowsOfBlock = 64;

/** Rows that one thread sums up when columns are summed: about as many as there are blocks then to sum, within bounds. */
export function rowsOfBlock(rows: number): number {
  return Math.min(mostRowsOfBlock, Math.max(leastRowsOfBlock, Math.ceil(Math.sqrt(rows))));
}
