import type { Direction } from './words.ts';
import { verbs } from './words.ts';

/** What a sentence says, apart from how it says it. */
export interface Meaning {
  readonly subject: string;
  readonly month: string;
  readonly direction: Direction;
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Ways to build a sentence. Each tells the whole meaning and nothing else. */
const templates: readonly ((meaning: Meaning, verb: string) => string)[] = [
  ({ subject, month }, verb) => `${capitalised(subject)} ${verb} in ${month}.`,
  ({ subject, month }, verb) => `In ${month}, ${subject} ${verb}.`,
  ({ subject, month }, verb) => `Officials said that ${subject} ${verb} in ${month}.`,
];

export const templateCount = templates.length;

/** How many verbs there are for a direction. */
export const verbCount = verbs.up.length;

/** Says a meaning in one of its ways. */
export function say(meaning: Meaning, template: number, verb: number): string {
  const build = templates[template] as (typeof templates)[number];
  return build(meaning, verbs[meaning.direction][verb] as string);
}

/** Two ways of building a sentence that stand side by side only in validation pairs. */
export function isHeldOutCombination(first: number, second: number): boolean {
  return first !== second && Math.min(first, second) === 1;
}
