import { expect, it } from 'vitest';
import { nameLate } from './name-late.mjs';

const index = `export * from './tokenizer/index.js';
export { Model, pool } from './model.js';
export { Head, } from './head.js';
export { Config } from './config.js';
`;

it('names what is late by constants, and the rest as before', () => {
  expect(nameLate(index, ['Model', 'Head'])).toEqual({
    index: `export * from './tokenizer/index.js';
export { Model } from './lateNames.js';
export { pool } from './model.js';
export { Head } from './lateNames.js';
export { Config } from './config.js';
`,
    lateNames: `import { Model as lateModel } from './model.js';
import { Head as lateHead } from './head.js';
export const Model = lateModel;
export const Head = lateHead;
`,
  });
});

it('refuses a name that the index does not export', () => {
  expect(() => nameLate(index, ['Model', 'Mode'])).toThrow('the index does not re-export Mode');
});
