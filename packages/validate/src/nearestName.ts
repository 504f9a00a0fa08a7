/**
 * The name that was most likely meant: equal except for snake_case and capitals, or with about one
 * letter in three different, but not all of them. Undefined when none is near.
 */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const given = name.toLowerCase().replaceAll('_', '');
  const distance = (candidate: string) => lettersApart(given, candidate.toLowerCase());
  return names
    .toSorted((one, other) => distance(one) - distance(other))
    .find((nearest) => distance(nearest) <= Math.max(1, given.length / 3) && distance(nearest) < given.length);
}

/**
 * Levenshtein's distance: how many letters are inserted, deleted or replaced. Computes the table of
 * all prefixes row by row.
 */
function lettersApart(from: string, to: string): number {
  let row = [...Array(to.length + 1).keys()];
  for (const letter of from) {
    let left = Infinity;
    row = row.map((above, column) => {
      // There is none before the first column: there a letter can only be deleted.
      const corner = row[column - 1] ?? above;
      return (left = Math.min(above + 1, left + 1, corner + +(letter !== to[column - 1])));
    });
  }
  return row.at(-1)!;
}
