// What a page whose run names another optimizer loads then.
export { Adafactor, Adagrad, Lion, RMSprop, SGD } from '@attune/tensor';
