import leven from 'leven';

const camelCase = (name: string) => name.replace(/_+([a-z0-9])/gi, (_, letter: string) => letter.toUpperCase());

/**
 * The name that a person most likely meant, or undefined when none is near: equal but for
 * snake_case and capitals, or about one letter in three away.
 */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const lower = camelCase(name).toLowerCase();
  const same = names.find((candidate) => candidate.toLowerCase() === lower);
  if (same !== undefined) return same;
  let nearest: string | undefined;
  let least = Math.max(1, Math.floor(lower.length / 3)) + 1;
  for (const candidate of names) {
    const distance = leven(lower, candidate.toLowerCase());
    if (distance < least) [nearest, least] = [candidate, distance];
  }
  return nearest;
}
