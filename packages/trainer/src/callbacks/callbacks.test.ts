import { Dataset, defaultDataCollator } from '@attune/data';
import { describe, expect, it } from 'vitest';
import golden from '../../golden/events.json' with { type: 'json' };
import { TrainerControl, TrainerError, TrainerState } from '../index.ts';
import type { CallbackContext, TrainerCallback } from '../index.ts';
import { eventsOf } from '../testing/recordedEvents.ts';
import { eventNames } from './trainerCallback.ts';
import { make, rows } from '../testing/regression.ts';

describe('events', () => {
  it.each(Object.entries(golden.cases))('come as in transformers: %s', async (_name, { calls, sets, ...recorded }) => {
    const seen = await eventsOf({ calls, sets, ...recorded });
    expect(seen).toEqual(recorded.events);
  });

  it('are those of transformers, with its context', async () => {
    const theirs = golden.names.filter((name) => name !== 'onPushBegin');
    expect([...theirs, 'onPreparation'].toSorted()).toEqual(eventNames.toSorted());
    let context: CallbackContext = {};
    const processingClass = Object.assign(() => {}, { pad: () => ({}), savePretrained() {} }) as never;
    const { trainer } = await make(
      { evalStrategy: 'steps', evalSteps: 1, maxSteps: 1 },
      {
        callbacks: [{ onEvaluate: (_args, _state, _control, given) => void (context = given) }],
        evalDataset: Dataset.fromRows(rows),
        processingClass,
        dataCollator: defaultDataCollator,
      },
    );
    await trainer.train();
    for (const name of golden.context) expect(context).toHaveProperty(name);
    expect(context.evalDataloader?.length).toBe(8);
  });
});

describe('callbacks', () => {
  it('may be classes, are told that the Trainer is made, and see what the run works with', async () => {
    let initialised = 0;
    const seen: CallbackContext[] = [];
    class Watching implements TrainerCallback {
      onInitEnd() {
        initialised++;
      }

      async onStepEnd(_args: unknown, _state: unknown, _control: unknown, context: CallbackContext) {
        await Promise.resolve();
        seen.push(context);
      }
    }
    const { model, trainer } = await make({ maxSteps: 2 }, { callbacks: [Watching] });
    expect(initialised).toBe(1);
    await trainer.train();
    expect(seen).toHaveLength(2);
    expect(seen[0]).toMatchObject({ model });
    expect(seen[0]?.optimizer?.device).toBe(model.device);
    const schedule = seen[0]?.lrScheduler;
    expect(typeof schedule === 'function' && schedule(0)).toBe(0.1);
    expect(seen[0]?.trainDataloader?.length).toBe(8);
    expect(trainer.popCallback(Watching)).toBeInstanceOf(Watching);
    await trainer.train();
    expect(seen).toHaveLength(2);
  });

  it('may return the control', async () => {
    const { trainer } = await make(
      {},
      { callbacks: [{ onStepEnd: (_args, _state, control) => ({ ...control, shouldTrainingStop: true }) }] },
    );
    expect((await trainer.train()).globalStep).toBe(1);
  });

  it.each([
    ['shouldTrainingStop', 1],
    ['shouldEpochStop', 2],
  ] as const)('may ask within an update for %s, which follows after it', async (flag, steps) => {
    const events: string[] = [];
    const { trainer } = await make(
      { gradientAccumulationSteps: 3, numTrainEpochs: 2 },
      {
        callbacks: [
          {
            onSubstepEnd(_args, _state, control) {
              events.push('substep');
              control[flag] = true;
            },
            onOptimizerStep: () => void events.push('update'),
          },
        ],
      },
    );
    expect((await trainer.train()).globalStep).toBe(steps);
    const update = ['substep', 'substep', 'update'];
    expect(events).toEqual(Array.from({ length: steps }, () => update).flat());
  });

  it.each([
    [{}, /the callback an empty object has no event; there are onInitEnd, onTrainBegin/],
    [{ on_step_end() {} }, /there is no callback event on_step_end; did you mean onStepEnd\?/],
    [{ onPushBegin() {} }, /onPushBegin is never called: this Trainer pushes nothing to the hub/],
    [{ onstepend() {}, onLog() {} }, /there is no callback event onstepend; did you mean onStepEnd\?/],
    [{ onLog: 5 }, /the callback event onLog must be a function; got 5/],
    [{ onStepEnds() {} }, /there is no callback event onStepEnds; did you mean onStepEnd\?/],
    [() => {}, 'a callback must be an object with events, { onStepEnd() { … } }; got a function'],
    [5, 'a callback must be an object with events, { onStepEnd() { … } }; got 5'],
  ])('are refused without an event: %o', async (callback, message) => {
    await expect(make({}, { callbacks: [callback as TrainerCallback] })).rejects.toThrow(TrainerError);
    await expect(make({}, { callbacks: [callback as TrainerCallback] })).rejects.toThrow(message);
  });

  it('gets an error for an unknown callback, and for a failure of onInitEnd', async () => {
    const { trainer } = await make({}, { callbacks: [{ onInitEnd: () => Promise.reject(new Error('mine')) }] });
    expect(() => trainer.removeCallback({ onStepEnd() {} })).toThrow(/no such callback/);
    await expect(trainer.train()).rejects.toThrow('mine');
  });
});

describe('TrainerControl and TrainerState', () => {
  it('take their fields, and no others', () => {
    expect(new TrainerControl({ shouldSave: true }).shouldSave).toBe(true);
    expect(() => new TrainerControl({ should_save: true } as object)).toThrow(/did you mean shouldSave/);
    expect(() => new TrainerControl(true as unknown as object)).toThrow(/takes its options as an object/);
    expect(new TrainerState({ globalStep: 3 }).globalStep).toBe(3);
    expect(() => new TrainerState({ globalStep: '3' } as object)).toThrow(
      /globalStep must be a finite number; got "3"/,
    );
  });
});
