import { TrainerControl, TrainerState, TrainingArguments } from '@attune/trainer';
import { expect, it } from 'vitest';
import { CurveCallback } from './curveCallback.ts';

it('the curve of a resumed run covers the whole run', () => {
  const [args, control] = [new TrainingArguments('unused'), new TrainerControl()];
  const step = (curve: CurveCallback, number: number) => {
    const completed = { step: number, loss: 1 / number, gradNorm: 1, learningRate: 1e-3 };
    void curve.onStepEnd(args, new TrainerState({ globalStep: number }), control, { completed });
  };
  const before = new CurveCallback();
  for (const number of [1, 2]) step(before, number);
  void before.onEvaluate(args, new TrainerState({ globalStep: 2 }), control, { metrics: { eval_loss: 0.5 } });
  const after = new CurveCallback();
  after.loadState(JSON.parse(JSON.stringify(before.state())) as ReturnType<typeof before.state>);
  // The last entry from before is logged again.
  for (const number of [2, 3]) step(after, number);
  expect(after.losses.map((point) => point.step)).toEqual([1, 2, 3]);
  expect(after.evaluations).toEqual([{ eval_loss: 0.5, step: 2 }]);
  expect(after.secondsToFirstStep).toBeGreaterThan(0);
});
