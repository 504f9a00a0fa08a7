import { expect, it } from 'vitest';
import { TrainingArguments } from '../index.ts';
import { make, RegressionModel } from '../testing/regression.ts';

it('neftuneNoiseAlpha is set while a run lasts, and refused where the model has no such noise', async () => {
  await expect(make({ neftuneNoiseAlpha: 5 })).rejects.toThrow(
    /neftuneNoiseAlpha is 5, but RegressionModel has no neftuneNoiseAlpha/,
  );
  expect(() => new TrainingArguments('out', { neftuneNoiseAlpha: 0 })).toThrow(
    'neftuneNoiseAlpha must be a number above 0',
  );
  const model = Object.assign(await RegressionModel.create(), { neftuneNoiseAlpha: null as number | null });
  const seen: (number | null)[] = [];
  const callbacks = [{ onStepEnd: () => void seen.push(model.neftuneNoiseAlpha) }];
  const { trainer } = await make({ neftuneNoiseAlpha: 5, maxSteps: 2 }, { model, callbacks });
  await trainer.train();
  expect([...seen, model.neftuneNoiseAlpha]).toEqual([5, 5, null]);
});
