/** The extents of a gather; the index has `outer * places * inner` elements. */
interface Indexed {
  readonly outer: number;
  readonly length: number;
  readonly places: number;
  readonly inner: number;
}

/**
 * Calls `visit` with every position in the index and the position along the axis that it selects.
 */
function each(
  index: ArrayLike<number>,
  { outer, length, places, inner }: Indexed,
  visit: (place: number, element: number, isInside: boolean) => void,
): void {
  for (let place = 0; place < outer * places * inner; place++) {
    const row = Math.floor(place / inner / places);
    const number = index[place] as number;
    visit(place, (row * length + number) * inner + (place % inner), number >= 0 && number < length);
  }
}

/** output[o, k, i] = input[o, index[o, k, i], i], NaN outside */
export function gatherReference(input: ArrayLike<number>, index: ArrayLike<number>, shape: Indexed): Float64Array {
  const output = new Float64Array(shape.outer * shape.places * shape.inner);
  each(index, shape, (place, element, isInside) => {
    output[place] = isInside ? (input[element] as number) : NaN;
  });
  return output;
}

/** output[o, index[o, k, i], i] += input[o, k, i] */
export function scatterAddReference(input: ArrayLike<number>, index: ArrayLike<number>, shape: Indexed): Float64Array {
  const output = new Float64Array(shape.outer * shape.length * shape.inner);
  each(index, shape, (place, element, isInside) => {
    if (isInside) output[element] = (output[element] as number) + (input[place] as number);
  });
  return output;
}
