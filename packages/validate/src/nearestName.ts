/**
 * The name that a person most likely meant, or undefined when none is near: equal but for
 * snake_case and capitals, or about one letter in three away.
 */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const lower = name.toLowerCase().replace(/_+(?=[a-z0-9])/g, '');
  let nearest: string | undefined;
  let least = Math.max(1, Math.floor(lower.length / 3)) + 1;
  for (const candidate of names) {
    const distance = lettersApart(lower, candidate.toLowerCase());
    if (distance < least) [nearest, least] = [candidate, distance];
  }
  return nearest;
}

/**
 * Levenshtein's: how many letters are put in, taken out or replaced. By rows of the table of all
 * beginnings, in place.
 */
function lettersApart(from: string, to: string): number {
  const row = [...Array(to.length + 1).keys()];
  for (let line = 0; line < from.length; line++) {
    let corner = line;
    row[0] = line + 1;
    for (let column = 0; column < to.length; column++) {
      const replaced = corner + (from[line] === to[column] ? 0 : 1);
      corner = row[column + 1]!;
      row[column + 1] = Math.min(replaced, corner + 1, row[column]! + 1);
    }
  }
  return row[to.length]!;
}
