// Loaded only by runs that name another optimizer.
export { Adafactor, Adagrad, Lion, RMSprop, SGD } from '@attune/tensor';
