import { nearestName, shown } from '@attune/validate';
import { TrainerError } from '../errors.ts';
import { eventNames } from './trainerCallback.ts';
import type { EventName, TrainerCallback } from './trainerCallback.ts';

/** @throws TrainerError for an object without events, or with a misspelled one */
export function requireCallback(callback: TrainerCallback): void {
  if (typeof callback !== 'object' || callback === null)
    throw new TrainerError(`a callback must be an object with events, { onStepEnd() { … } }; got ${shown(callback)}`);
  const names = memberNames(callback);
  for (const name of names) {
    if (name === 'onPushBegin')
      throw new TrainerError('the event onPushBegin is never called: this Trainer pushes nothing to the hub');
    const value: unknown = callback[name as EventName];
    if (isEvent(name) && typeof value !== 'function' && value !== undefined)
      throw new TrainerError(`the callback event ${name} must be a function; got ${shown(value)}`);
    const near = /^on/i.test(name) && !isEvent(name) ? eventMeantBy(name) : undefined;
    if (near) throw new TrainerError(`there is no callback event ${name}; did you mean ${near}?`);
  }
  if (!names.some(isEvent))
    throw new TrainerError(`the callback ${shown(callback)} has no event; there are ${eventNames.join(', ')}`);
}

/**
 * The event that a name is a misspelling of, if any; a callback's own helpers may start with "on"
 * too.
 */
function eventMeantBy(name: string): string | undefined {
  const spelling = (text: string) => text.replaceAll('_', '').toLowerCase();
  return (
    eventNames.find((event) => spelling(event) === spelling(name)) ??
    (/^on[A-Z_]/.test(name) ? nearestName(name, eventNames) : undefined)
  );
}

const isEvent = (name: string) => (eventNames as readonly string[]).includes(name);

function memberNames(callback: object): string[] {
  const names: string[] = [];
  for (let part: unknown = callback; part && part !== Object.prototype; part = Object.getPrototypeOf(part))
    names.push(...Object.getOwnPropertyNames(part));
  return names;
}
