import { expect, it } from 'vitest';
import type { Program } from '../recording/dispatch.ts';
import { ProgramsByFlags } from './programsByFlags.ts';

it('makes a program once for flags, of which none is taken for another', () => {
  const programs = new ProgramsByFlags();
  const made: Program[] = [];
  const make = (): Program => {
    const program = { key: String(made.length), source: () => '' };
    made.push(program);
    return program;
  };
  const all = [
    [[], []],
    [[false], []],
    [[true], []],
    [[false, true], []],
    [[true, false], [true]],
    [[true, false], [false]],
    [Array.from({ length: 16 }, () => true), Array.from({ length: 14 }, () => true)],
    [Array.from({ length: 16 }, () => true), Array.from({ length: 14 }, (_, index) => index < 13)],
  ] as const;
  const first = all.map(([flags, others]) => programs.get(flags, make, others));
  expect(first).toEqual(made);
  expect(new Set(first).size).toBe(all.length);
  expect(all.map(([flags, others]) => programs.get(flags, make, others))).toEqual(first);
  expect(made.length).toBe(all.length);
});
