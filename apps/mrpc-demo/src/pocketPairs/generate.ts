import { isHeldOutCombination, say, templateCount, verbCount } from './meaning.ts';
import type { Meaning } from './meaning.ts';
import { RandomStream } from './randomStream.ts';
import { months, subjects } from './words.ts';
import type { Direction, SlotWords } from './words.ts';

/** A row with the columns of MRPC. */
export interface PocketPair {
  readonly sentence1: string;
  readonly sentence2: string;
  /** 1 when both mean the same, else 0. */
  readonly label: number;
  readonly idx: number;
}

export interface PocketOptions {
  /** Seed of the random numbers. Default 42. */
  readonly seed?: number;
  /** Number of training pairs. Default 8000. */
  readonly train?: number;
  /** Number of validation pairs. Default 400. */
  readonly validation?: number;
}

/** What is new compared with training: words, the combination of templates, or both. */
type Novelty = 'none' | 'words' | 'combination' | 'both';

const novelties: readonly Novelty[] = ['words', 'combination', 'both'];

/**
 * Makes sentence pairs about things that went up or down. The label is true by construction: both
 * sentences are built from meanings, which are equal or differ in the direction alone. Paraphrases
 * change the verb and the order of words; pairs that differ have the same words but for a verb, so
 * counting words does not help. Every validation pair has a word or a combination of templates that
 * no training pair has.
 */
export function generatePocketPairs({ seed = 42, train = 8000, validation = 400 }: PocketOptions = {}): {
  train: PocketPair[];
  validation: PocketPair[];
} {
  const random = new RandomStream(seed);
  const seen = new Set<string>();
  const collect = (count: number, noveltyOf: (index: number) => Novelty) => {
    const pairs: PocketPair[] = [];
    while (pairs.length < count) {
      const pair = drawPair(random, noveltyOf(pairs.length), pairs.length);
      const key = `${pair.sentence1}|${pair.sentence2}`;
      if (pair.sentence1 === pair.sentence2 || seen.has(key)) continue;
      seen.add(key);
      pairs.push(pair);
    }
    return pairs;
  };
  return {
    train: collect(train, () => 'none'),
    validation: collect(validation, (index) => novelties[index % novelties.length] as Novelty),
  };
}

function drawPair(random: RandomStream, novelty: Novelty, idx: number): PocketPair {
  const newWords = novelty === 'words' || novelty === 'both';
  const newCombination = novelty === 'combination' || novelty === 'both';
  const word = ({ shown, heldOut }: SlotWords) => random.choose(newWords ? heldOut : shown);
  const direction: Direction = random.integer(2) === 1 ? 'up' : 'down';
  const meaning: Meaning = { subject: word(subjects), month: word(months), direction };
  const label = random.integer(2);
  const other: Meaning = label === 1 ? meaning : { ...meaning, direction: direction === 'up' ? 'down' : 'up' };
  let templates: readonly [number, number];
  do templates = [random.integer(templateCount), random.integer(templateCount)];
  while (isHeldOutCombination(...templates) !== newCombination);
  return {
    sentence1: say(meaning, templates[0], random.integer(verbCount)),
    sentence2: say(other, templates[1], random.integer(verbCount)),
    label,
    idx,
  };
}
