/** Whether a path is a pattern: `data/*.csv`, `**` for any folders, `?`, `[0-9]`. */
export const isPattern = (path: string): boolean => /[*?[]/.test(path);

/**
 * The regular expression of a pattern, as Python's `fsspec` reads it: `*` stays within a folder.
 */
export function pathsLike(pattern: string): RegExp {
  const source = pattern.replace(/\*\*\/|\*\*|\*|\?|\[!?[^\]]+\]|[^*?[]+|\[/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    if (part.length > 2 && part.startsWith('[') && part.endsWith(']'))
      return part.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
    return part.replaceAll(/[\\^$.|+(){}[\]]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 'u');
}
