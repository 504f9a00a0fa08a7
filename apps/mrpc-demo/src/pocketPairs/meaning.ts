import type { Direction } from './words.ts';
import { verbs } from './words.ts';

/** The meaning of a sentence, independent of its wording. */
export interface Meaning {
  readonly subject: string;
  readonly month: string;
  readonly direction: Direction;
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Templates of sentences. Each expresses the whole meaning and nothing else. */
const templates: readonly ((meaning: Meaning, verb: string) => string)[] = [
  ({ subject, month }, verb) => `${capitalised(subject)} ${verb} in ${month}.`,
  ({ subject, month }, verb) => `In ${month}, ${subject} ${verb}.`,
  ({ subject, month }, verb) => `Officials said that ${subject} ${verb} in ${month}.`,
];

export const templateCount = templates.length;

/** Number of verbs for each direction. */
export const verbCount = verbs.up.length;

/** Expresses a meaning with one of the templates. */
export function say(meaning: Meaning, template: number, verb: number): string {
  const build = templates[template] as (typeof templates)[number];
  return build(meaning, verbs[meaning.direction][verb] as string);
}

/** Two templates that are combined only in validation pairs. */
export function isHeldOutCombination(first: number, second: number): boolean {
  return first !== second && Math.min(first, second) === 1;
}
