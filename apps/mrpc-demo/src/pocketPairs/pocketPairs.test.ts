import { tokenizerFromFiles } from '@attune/bert';
import { describe, expect, it } from 'vitest';
import { generatePocketPairs } from './generate.ts';
import { pocketVocabulary } from './vocabulary.ts';
import { months, subjects } from './words.ts';

/** Reads a sentence back without the generator's code. */
function parse(sentence: string) {
  const patterns = [
    /^(?<subject>\w+) (?<verb>\w+) in (?<month>\w+)\.$/,
    /^In (?<month>\w+), (?<subject>\w+) (?<verb>\w+)\.$/,
    /^Officials said that (?<subject>\w+) (?<verb>\w+) in (?<month>\w+)\.$/,
  ];
  for (const [template, pattern] of patterns.entries()) {
    const { subject = '', verb = '', month = '' } = pattern.exec(sentence)?.groups ?? {};
    if (!subject) continue;
    const isUp = /^(rose|climbed|increased|grew)$/.test(verb);
    if (!isUp && !/^(fell|dropped|declined|shrank)$/.test(verb)) break;
    return { template, subject: subject.toLowerCase(), said: `${subject.toLowerCase()} ${month} ${isUp}`, month };
  }
  throw new Error(`cannot be read: ${sentence}`);
}

describe('pocket pairs', () => {
  const { train, validation } = generatePocketPairs();
  const combination = ({ sentence1, sentence2 }: { sentence1: string; sentence2: string }) =>
    `${parse(sentence1).template} ${parse(sentence2).template}`;

  it('come in the numbers asked for, the same for the same seed', () => {
    expect([train.length, validation.length]).toEqual([8000, 400]);
    expect(generatePocketPairs()).toEqual({ train, validation });
    expect(generatePocketPairs({ seed: 1 }).train[0]).not.toEqual(train[0]);
    expect(new Set([...train, ...validation].map(({ sentence1, sentence2 }) => `${sentence1}|${sentence2}`)).size).toBe(
      8400,
    );
  });

  it('are labelled correctly', () => {
    for (const { sentence1, sentence2, label } of [...train, ...validation]) {
      expect(Number(parse(sentence1).said === parse(sentence2).said), `${sentence1} ${sentence2}`).toBe(label);
    }
  });

  it('are balanced', () => {
    for (const pairs of [train, validation]) {
      const positive = pairs.filter(({ label }) => label === 1).length / pairs.length;
      expect(Math.abs(positive - 0.5)).toBeLessThan(0.06);
    }
  });

  it('show something new in every validation pair', () => {
    const trainWords = new Set(train.flatMap(({ sentence1 }) => [parse(sentence1).subject, parse(sentence1).month]));
    const trainCombinations = new Set(train.map(combination));
    for (const word of [...subjects.heldOut, ...months.heldOut]) expect(trainWords.has(word)).toBe(false);
    for (const pair of validation) {
      const { subject, month } = parse(pair.sentence1);
      const newWords = !trainWords.has(subject) && !trainWords.has(month);
      expect(newWords || !trainCombinations.has(combination(pair)), pair.sentence1).toBe(true);
    }
  });

  it('have at most 24 tokens, all of them in the vocabulary of a few hundred', async () => {
    const tokenizer = await tokenizerFromFiles({ vocabulary: pocketVocabulary(), config: { do_lower_case: true } });
    expect(tokenizer.vocabSize).toBeGreaterThan(150);
    expect(tokenizer.vocabSize).toBeLessThan(400);
    const all = [...train, ...validation];
    const { input_ids: ids } = tokenizer(
      all.map(({ sentence1 }) => sentence1),
      all.map(({ sentence2 }) => sentence2),
    );
    const [unknown] = tokenizer.convertTokensToIds(['[UNK]']);
    for (const row of ids) {
      expect(row.length).toBeLessThanOrEqual(24);
      expect(row).not.toContain(unknown);
    }
  });
});
