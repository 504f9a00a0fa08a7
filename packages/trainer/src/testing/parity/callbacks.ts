import { expect } from 'vitest';
import golden from '../../../golden/events.json' with { type: 'json' };
import surface from '../../../golden/trainer.json' with { type: 'json' };
import { eventNames } from '../../callbacks/trainerCallback.ts';
import {
  DefaultFlowCallback,
  EarlyStoppingCallback,
  JsonlCallback,
  PrinterCallback,
  ProgressCallback,
  TrainerControl,
  TrainerState,
} from '../../index.ts';
import type { CallbackContext, TrainerCallback } from '../../index.ts';
import { make } from '../regression.ts';
import { eventsOf } from '../recordedEvents.ts';
import { evalDataset } from './behaviour.ts';
import type { Behaviour } from './behaviour.ts';

const sameEvents = async (...names: (keyof typeof golden.cases)[]) => {
  let count = 0;
  for (const name of names) {
    const recorded = golden.cases[name];
    expect(await eventsOf(recorded), name).toEqual(recorded.events);
    count += recorded.events.length;
  }
  return `${count} events with step, epoch and flags`;
};

class Counting implements TrainerCallback {
  steps = 0;

  onStepEnd() {
    this.steps++;
  }
}

const quiet = { saveStrategy: 'no', maxSteps: 2 } as const;

export const callbacks: readonly Behaviour[] = [
  {
    what: 'the order of all events, and the flags that each sees',
    is: 'same',
    check: () =>
      sameEvents(
        'by steps',
        'by epochs, accumulated',
        'in the middle of an epoch',
        'the best, evaluated at the start',
        'evaluated and predicted alone',
      ),
  },
  {
    what: 'every event but `onPushBegin`, with `onInitEnd` and `onSubstepEnd`',
    is: 'same',
    check: () =>
      expect(eventNames).toEqual(
        expect.arrayContaining(surface.surface.events.filter((name) => name !== 'onPushBegin')),
      ),
  },
  {
    what: '`onPushBegin`',
    is: 'refused',
    how: 'nothing is pushed',
    check: () => expect(make({}, { callbacks: [{ onPushBegin() {} } as TrainerCallback] })).rejects.toThrow('pushes'),
  },
  {
    what: '`onPreparation`, while kernels are checked and compiled',
    is: 'better',
    how: '`transformers` has no such event',
    check: () => expect(eventNames).toContain('onPreparation'),
  },
  {
    what: 'a callback by its class; an instance; `addCallback`',
    is: 'same',
    async check() {
      const own = new Counting();
      const { trainer } = await make(quiet, { callbacks: [Counting] });
      trainer.addCallback(own);
      await trainer.train();
      expect(own.steps).toBe(2);
      expect((trainer.popCallback(Counting) as Counting).steps).toBe(2);
    },
  },
  {
    what: '`removeCallback` and `popCallback`, by class and by instance',
    is: 'same',
    async check() {
      const own = new Counting();
      const { trainer } = await make(quiet, { callbacks: [own] });
      expect(trainer.popCallback(own)).toBe(own);
      expect(trainer.popCallback(own)).toBeUndefined();
      trainer.addCallback(Counting);
      trainer.removeCallback(Counting);
      expect(() => trainer.removeCallback(Counting)).toThrow('no such callback');
    },
  },
  {
    what: 'stopping from any event',
    is: 'same',
    check: () =>
      sameEvents(
        'stopped by on_step_begin',
        'stopped by on_pre_optimizer_step',
        'stopped by on_step_end',
        'stopped by on_log',
        'stopped by on_evaluate',
        'stopped by on_save',
        'stopped by on_epoch_begin',
        'stopped by on_epoch_end',
      ),
  },
  {
    what: 'stopping in `onTrainBegin`',
    is: 'better',
    how: 'no step is done; `transformers` does one',
    async check() {
      const { trainer } = await make(quiet, {
        callbacks: [{ onTrainBegin: (_args, _state, control) => void (control.shouldTrainingStop = true) }],
      });
      expect(await trainer.train()).toMatchObject({ globalStep: 0 });
    },
  },
  {
    what: 'stopping before or between the batches of one accumulated update',
    is: 'better',
    how: 'the update is made; `transformers` drops it, and shows its loss divided by 0.001 steps',
    async check() {
      for (const event of ['onStepBegin', 'onSubstepEnd']) {
        const stop: TrainerCallback = { [event]: () => new TrainerControl({ shouldTrainingStop: true }) };
        const { trainer } = await make({ ...quiet, gradientAccumulationSteps: 2 }, { callbacks: [stop] });
        const { globalStep, trainingLoss } = await trainer.train();
        expect(globalStep).toBe(1);
        expect(trainingLoss).toBeLessThan(20);
      }
    },
  },
  {
    what: 'logging, evaluating, saving and ending an epoch by flags of any event',
    is: 'same',
    check: () => sameEvents('flags of callbacks'),
  },
  {
    what: 'a control that is returned counts',
    is: 'same',
    async check() {
      const { trainer } = await make(
        { saveStrategy: 'no' },
        { callbacks: [{ onStepEnd: () => new TrainerControl({ shouldTrainingStop: true }) }] },
      );
      expect(await trainer.train()).toMatchObject({ globalStep: 1 });
    },
  },
  {
    what: 'model, tokenizer, optimizer, schedule and loaders in the context',
    is: 'same',
    async check() {
      let context: CallbackContext = {};
      const { trainer } = await make(
        { ...quiet, evalStrategy: 'steps', evalSteps: 1 },
        { evalDataset, callbacks: [{ onEvaluate: (_args, _state, _control, given) => void (context = given) }] },
      );
      await trainer.train();
      for (const name of golden.context) expect(context).toHaveProperty(name);
    },
  },
  {
    what: 'events that are `async`',
    is: 'better',
    how: 'the run waits for them, in order',
    async check() {
      const seen: number[] = [];
      const late = async (_args: unknown, { globalStep }: TrainerState) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        seen.push(globalStep);
      };
      const { trainer } = await make(quiet, { callbacks: [{ onStepBegin: late, onStepEnd: late }] });
      await trainer.train();
      expect(seen).toEqual([0, 1, 1, 2]);
    },
  },
  {
    what: 'an error in an event ends the run, and the Trainer trains again',
    is: 'same',
    async check() {
      const failing: TrainerCallback = { onStepEnd: () => Promise.reject(new Error('mine')) };
      const { trainer } = await make(quiet, { callbacks: [failing] });
      await expect(trainer.train()).rejects.toThrow('mine');
      trainer.removeCallback(failing);
      expect(await trainer.train()).toMatchObject({ globalStep: 2 });
    },
  },
  {
    what: '`DefaultFlowCallback`, `ProgressCallback`, `PrinterCallback`, `EarlyStoppingCallback`',
    is: 'same',
    async check() {
      const { trainer } = await make(quiet);
      for (const known of [DefaultFlowCallback, ProgressCallback]) trainer.removeCallback(known);
      for (const more of [PrinterCallback, EarlyStoppingCallback, JsonlCallback]) trainer.addCallback(more);
    },
  },
  {
    what: 'early stopping',
    is: 'same',
    async check() {
      const { trainer } = await make(
        {
          evalStrategy: 'steps',
          evalSteps: 1,
          learningRate: 0,
          metricForBestModel: 'loss',
          saveStrategy: 'no',
        },
        { evalDataset, callbacks: [new EarlyStoppingCallback({ earlyStoppingPatience: 2 })] },
      );
      expect(await trainer.train()).toMatchObject({ globalStep: 3 });
    },
  },
  {
    what: 'states of callbacks in checkpoints',
    is: 'same',
    async check() {
      const { trainer } = await make(
        { ...quiet, saveStrategy: 'steps', evalStrategy: 'steps', metricForBestModel: 'loss' },
        { evalDataset, callbacks: [EarlyStoppingCallback] },
      );
      await trainer.train();
      expect(trainer.state.toJSON()).toHaveProperty(
        'stateful_callbacks.EarlyStoppingCallback.args.early_stopping_patience',
        1,
      );
    },
  },
  {
    what: 'the state as Python reads it, and reads what Python wrote',
    is: 'same',
    check() {
      expect(new TrainerState().toJSON()).toEqual(surface.surface.state);
      expect(TrainerState.fromJSON(surface.surface.state).toJSON()).toEqual(surface.surface.state);
      expect(TrainerState.fromJSON(new TrainerState({ globalStep: 3 }).toJSON()).globalStep).toBe(3);
    },
  },
  {
    what: 'flags of the control',
    is: 'same',
    check: () => expect(Object.keys(new TrainerControl()).toSorted()).toEqual(surface.surface.control.toSorted()),
  },
];
