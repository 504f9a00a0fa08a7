import { homeFolder } from '#platform';

/** A path with the home folder in place of a `~` at its start. */
export const expandHome = (path: string): string => path.replace(/^~(?=$|[/\\])/, () => homeFolder() ?? '~');
