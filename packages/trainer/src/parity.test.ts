import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import golden from '../golden/trainer.json' with { type: 'json' };
import { absentMethods } from './absent/absentMethods.ts';
import { defaultArguments } from './arguments/defaults.ts';
import {
  impossibleArguments,
  pointlessArguments,
  renamedArguments,
  unsupportedArguments,
} from './arguments/otherNames.ts';
import { Trainer } from './index.ts';
import { captureTerminal } from './testing/captureTerminal.ts';
import { behaviours } from './testing/parity/behaviours.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** For the table of docs/trainer-parity.md. */
    title?: string;
    verdict?: string;
    figure?: string;
  }
}

captureTerminal();

// `node scripts/trainer-parity.mjs` runs these and writes the table.
describe.each(Object.entries(behaviours))('%s', (_about, list) => {
  it.for(list)('$what', async ({ what, is, how, check }, { task }) => {
    task.meta.title = what;
    const figure = await check();
    task.meta.verdict = how ? `${is}: ${how}` : is;
    if (typeof figure === 'string') task.meta.figure = figure;
  });
});

it('docs/trainer-parity.md has a row for each', () => {
  const page = readFileSync(new URL('../../../docs/trainer-parity.md', import.meta.url), 'utf8').replace(/ +/g, ' ');
  for (const { what, is, how } of Object.values(behaviours).flat())
    expect(page, 'run node scripts/trainer-parity.mjs').toContain(`| ${what} | ${how ? `${is}: ${how}` : is} |`);
});

describe('everything of transformers has an answer', () => {
  const { surface } = golden;

  it('each training argument', () => {
    const answers = { ...defaultArguments, ...unsupportedArguments, ...renamedArguments, ...pointlessArguments };
    const names = Object.keys({ ...answers, ...impossibleArguments });
    expect(Object.keys(surface.arguments)).toHaveLength(114);
    expect(Object.keys(surface.arguments).filter((name) => !names.includes(name))).toEqual([]);
  });

  it('each method works or is refused', () => {
    expect(surface.methods.filter((name) => !(name in Trainer.prototype))).toEqual([]);
    expect(Object.keys(absentMethods).length).toBeGreaterThan(20);
  });
});
