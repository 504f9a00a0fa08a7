// For the other packages of Attune: it may change at any time, without a changeset.
export { largestHead } from '@attune/kernels';
export { addOfOneShape } from './functional/elementwise/addAlike.ts';
export { embeddingNorm } from './functional/embedding/embeddingNorm.ts';
export { fusedBinaryCrossEntropy, fusedCrossEntropy, fusedSquaredError } from './functional/losses/fusedLosses.ts';
export { releaseCopied } from './functional/products/halves.ts';
export { fusedLinear, releaseActivated } from './functional/products/linear.ts';
export { randomState } from './functional/dropout/dropoutOptions.ts';
export { uniformNoise } from './functional/dropout/uniformNoise.ts';
export { normAfter } from './nn/layers/normalisation.ts';
export { floatsOf } from './safetensors/floats.ts';
export { areContiguous, makeContiguous } from './nn/parameter/contiguous.ts';
export { withHalves } from './nn/parameter/halfWeights.ts';
