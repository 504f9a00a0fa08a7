import { shown } from '@attune/validate';
import { TrainingArgumentsError } from '../errors.ts';
import { requireArgumentName } from './requireArgumentName.ts';

/** Why arguments have no methods that change them, and what to do instead. */
export const unchanging =
  'arguments do not change once they are made; pass them to new TrainingArguments(outputDir, { … })';

/**
 * Refuses to change an argument: what came of it earlier, such as callbacks, would not follow.
 *
 * @throws TrainingArgumentsError
 */
export function refuseAssignment(name: string, given: unknown): void {
  if (name !== 'outputDir') requireArgumentName(name, given);
  throw new TrainingArgumentsError(`args.${name} = ${shown(given)}: ${unchanging}`);
}
