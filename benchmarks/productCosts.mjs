// What the cost model of products says of a step of BERT-base on a Hopper card, which no card has
// timed. `npm run build` first.
// Usage: node benchmarks/productCosts.mjs
import { cardsOf } from '../packages/kernels/dist/kernels/gemm/choice/cards.js';
import { tileMicroseconds, tilesByTime } from '../packages/kernels/dist/kernels/gemm/choice/tileCost.js';

/** Products of a layer, [m, n, k]: forward, gradients of inputs, gradients of weights. */
const layer = (tokens) =>
  [
    [2304, 768],
    [768, 768],
    [3072, 768],
    [768, 3072],
  ].flatMap(([outputs, inputs]) => [
    [tokens, outputs, inputs],
    [tokens, inputs, outputs],
    [outputs, inputs, tokens],
  ]);
const layers = 12;

const squares = { small: 32, medium: 64, large: 128 };
const sizes = (tile) => {
  const [, rows, columns] = /^(\d+)x(\d+)/.exec(tile) ?? [];
  return { rows: Number(rows ?? squares[tile]), columns: Number(columns ?? squares[tile]) };
};

/**
 * Milliseconds of all products, each by the tile of these variants and the
 * parts that would be chosen.
 */
function stepMilliseconds(card, variants, tokens) {
  const candidates = Object.keys(card.tiles)
    .filter((name) => variants.includes(name.split(' ')[0]))
    .flatMap((name) => [1, 2, 3, 4, 6, 8].map((splits) => ({ name, splits, ...sizes(name.split(' ')[1]) })));
  const microseconds = ([m, n, k]) => {
    const shape = { m, n, k };
    const possible = candidates.filter(({ splits }) => splits === 1 || k >= splits * 128);
    const [chosen] = tilesByTime([card], possible, shape);
    return tileMicroseconds(card, chosen, shape);
  };
  return (layers * layer(tokens).reduce((sum, product) => sum + microseconds(product), 0)) / 1000;
}

const [card] = cardsOf.hopper;
const columns = [['portable'], ['portable', 'outerProduct'], ['matrixTile']];
console.log('| tokens | `portable` | with `outerProduct` | f16, `matrixTile` |');
console.log('| --- | --- | --- | --- |');
for (const tokens of [512, 1024, 2048, 4096]) {
  const cells = columns.map((variants) => stepMilliseconds(card, variants, tokens).toFixed(1));
  console.log(`| ${tokens} | ${cells.join(' | ')} |`);
}
