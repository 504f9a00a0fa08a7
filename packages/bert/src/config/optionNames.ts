import { nearestName } from '@attune/validate';
import { fieldNames } from './fields.ts';
import { labelNames } from './labels.ts';

/** Names of all options of a configuration, for callers that separate them from their own. */
export const bertConfigOptionNames: readonly string[] = [...fieldNames, ...labelNames];

/** Says that a configuration has no such field, and which may be meant. */
export function noFieldMessage(source: string, name: string): string {
  const nearest = nearestName(name, bertConfigOptionNames);
  const hint = nearest ? `Write ${nearest}.` : `There are: ${bertConfigOptionNames.join(', ')}.`;
  return `${source} has no field '${name.slice(0, 60)}'. ${hint}`;
}
