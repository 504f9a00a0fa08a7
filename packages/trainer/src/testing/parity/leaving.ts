import { expect } from 'vitest';
import { make } from '../regression.ts';
import { evalDataset, oneStep } from './behaviour.ts';
import type { Behaviour } from './behaviour.ts';

export const leaving: readonly Behaviour[] = [
  {
    what: '`train({ signal })`, `evaluate` and `predict` too',
    is: 'better',
    how: '`transformers` has nothing like it',
    async check() {
      const { trainer } = await make(oneStep, { evalDataset });
      const signal = AbortSignal.abort(new Error('enough'));
      await expect(trainer.train({ signal })).rejects.toThrow('enough');
      await expect(trainer.evaluate(undefined, { signal })).rejects.toThrow('enough');
    },
  },
];
