// A checkpoint of 32 numbers a token and a few sentences, so that the examples need no network.
// In your own program: a hub name or a folder for each.
import { fileURLToPath } from 'node:url';
import { Dataset } from '@attune/data';

export const checkpoint = fileURLToPath(new URL('../../packages/bert/golden/own-mini', import.meta.url));

const rainy = ['Rain is expected.', 'It will rain.', 'The rain falls on the lake.', 'Rain, rain, rain!'];
const dry = ['A fox crossed the lake.', 'The fox runs.', 'No fox is here.', 'A fox? No!'];

/** Is it about rain? */
export const sentences = Dataset.fromRows(
  Array.from({ length: 8 }, (_, index) => [
    { text: rainy[index % 4] as string, label: 1 },
    { text: dry[index % 4] as string, label: 0 },
  ]).flat(),
);
