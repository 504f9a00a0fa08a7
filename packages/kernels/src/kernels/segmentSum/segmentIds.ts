import { anyWholeNumber, instanceOf, oneOfKinds, requireArgument } from '@attune/validate';
import { KernelArgumentError } from '../../errors.ts';

/**
 * Rows grouped by id: rows `order[segmentStarts[i]]` to `order[segmentStarts[i + 1] - 1]`,
 * ascending, have the id `uniqueIds[i]`.
 */
export interface IdSegments {
  /** Each id once, in order of first appearance. */
  readonly uniqueIds: Uint32Array;
  /** One more than there are ids. */
  readonly segmentStarts: Uint32Array;
  /** Row numbers. */
  readonly order: Uint32Array;
}

const idsKind = oneOfKinds('a Uint32Array or an Int32Array', instanceOf(Uint32Array), instanceOf(Int32Array));

/**
 * Index of each id among the unique ones, plus 1; 0 for none. Reused between calls, which reset
 * only what they wrote.
 */
let numbers = new Uint32Array(0);

/**
 * Groups rows by id with a counting sort, in time proportional to the number of rows.
 *
 * @param ids of rows, not negative
 * @param paddingIndex rows with this id are left out: the row of the table that gets no gradient
 *   (`padding_idx` of PyTorch). Default: none
 * @throws KernelArgumentError for a negative id, and for an argument of the wrong kind
 */
export function segmentIds(ids: Uint32Array | Int32Array, paddingIndex = -1): IdSegments {
  requireArgument('segmentIds', 'ids', ids, idsKind, KernelArgumentError);
  requireArgument('segmentIds', 'paddingIndex', paddingIndex, anyWholeNumber, KernelArgumentError);
  let largest = 0;
  // By index: iterators of typed arrays are several times slower.
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row] as number;
    if (id > largest) largest = id;
    else if (id < 0)
      throw new KernelArgumentError(`segmentIds: an id is ${id}; ids are rows of a table and start at 0`);
  }
  if (largest >= numbers.length) numbers = new Uint32Array(2 ** Math.ceil(Math.log2(largest + 2)));
  const uniqueIds = new Uint32Array(ids.length);
  const counts = new Uint32Array(ids.length);
  let unique = 0;
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row] as number;
    if (id === paddingIndex) continue;
    let number = numbers[id] as number;
    if (number === 0) {
      uniqueIds[unique] = id;
      number = numbers[id] = ++unique;
    }
    counts[number - 1] = (counts[number - 1] as number) + 1;
  }
  const segmentStarts = new Uint32Array(unique + 1);
  const next = new Uint32Array(unique);
  for (let number = 0, start = 0; number < unique; number++) {
    next[number] = start;
    start += counts[number] as number;
    segmentStarts[number + 1] = start;
  }
  const order = new Uint32Array(segmentStarts[unique] as number);
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row] as number;
    if (id === paddingIndex) continue;
    const number = (numbers[id] as number) - 1;
    const place = next[number] as number;
    order[place] = row;
    next[number] = place + 1;
  }
  for (let number = 0; number < unique; number++) numbers[uniqueIds[number] as number] = 0;
  return { uniqueIds: uniqueIds.slice(0, unique), segmentStarts, order };
}
