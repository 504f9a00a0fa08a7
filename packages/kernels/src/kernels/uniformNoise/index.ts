export { uniformNoise } from './forward.ts';
export type { UniformNoiseOptions } from './options.ts';
