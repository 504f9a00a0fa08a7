import type { CallbackEvent, TrainerCallback } from './trainerCallback.ts';

/** Decides from the strategies in the arguments when to log, evaluate, save and stop. */
export class DefaultFlowCallback implements TrainerCallback {
  onStepEnd: CallbackEvent = (args, state, control) => {
    const every = (steps: number) => steps > 0 && state.globalStep % steps === 0;
    if (state.globalStep === 1 && args.loggingFirstStep) control.shouldLog = true;
    if (args.loggingStrategy === 'steps' && every(state.loggingSteps)) control.shouldLog = true;
    if (args.evalStrategy === 'steps' && every(state.evalSteps) && args.evalDelay <= state.globalStep)
      control.shouldEvaluate = true;
    if (args.saveStrategy === 'steps' && every(state.saveSteps)) control.shouldSave = true;
    if (state.globalStep >= state.maxSteps) {
      control.shouldTrainingStop = true;
      if (args.saveStrategy === 'steps') control.shouldSave = true;
      if (args.evalStrategy === 'steps' && args.evalDelay <= state.globalStep) control.shouldEvaluate = true;
    }
  };

  onEpochEnd: CallbackEvent = (args, state, control) => {
    if (args.loggingStrategy === 'epoch') control.shouldLog = true;
    if (args.evalStrategy === 'epoch' && args.evalDelay <= state.epoch) control.shouldEvaluate = true;
    if (args.saveStrategy === 'epoch') control.shouldSave = true;
  };
}
