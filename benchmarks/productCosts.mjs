// What the cost model of products says of a step of BERT-base on a Hopper card, which no card has
// timed. `npm run build` first.
// Usage: node benchmarks/productCosts.mjs
//        node benchmarks/productCosts.mjs grouped   weight gradients alone and in one dispatch
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

const candidatesOf = (card, variants, splits) =>
  Object.keys(card.tiles)
    .filter((name) => variants.includes(name.split(' ')[0]))
    .flatMap((name) => splits.map((parts) => ({ name, splits: parts, ...sizes(name.split(' ')[1]) })));

/** The tile and parts that would be chosen for a product. */
function chosenTile(card, variants, shape) {
  const candidates = candidatesOf(card, variants, [1, 2, 3, 4, 6, 8]);
  const possible = candidates.filter(({ splits }) => splits === 1 || shape.k >= splits * 128);
  return tilesByTime([card], possible, shape)[0];
}

/**
 * Milliseconds of all products, each by the tile of these variants and the
 * parts that would be chosen.
 */
function stepMilliseconds(card, variants, tokens) {
  const microseconds = ([m, n, k]) => tileMicroseconds(card, chosenTile(card, variants, { m, n, k }), { m, n, k });
  return (layers * layer(tokens).reduce((sum, product) => sum + microseconds(product), 0)) / 1000;
}

const workgroupsOf = ({ rows, columns, splits }, { m, n }) => Math.ceil(m / rows) * Math.ceil(n / columns) * splits;

/** Prints what a layer's gradients of weights take, one by one and all in one dispatch. */
function printGrouped(card) {
  const { multiprocessors } = card;
  const busy = (workgroups) => (100 * workgroups) / (Math.ceil(workgroups / multiprocessors) * multiprocessors);
  console.log('| tokens, variant | m x n: tile, workgroups, busy | alone, us | in one dispatch, us | a step, ms |');
  console.log('| --- | --- | --- | --- | --- |');
  for (const tokens of [512, 4096])
    for (const variant of ['outerProduct', 'matrixTile']) {
      const gradients = layer(tokens).filter((_, index) => index % 3 === 2);
      const shapes = gradients.map(([m, n, k]) => ({ m, n, k }));
      const chosen = shapes.map((shape) => chosenTile(card, [variant], shape));
      const alone = shapes.reduce((sum, shape, index) => sum + tileMicroseconds(card, chosen[index], shape), 0);
      // All results of a layer as rows of 768 columns, by one tile.
      const rows = shapes.reduce((sum, { m, n }) => sum + (m * n) / 768, 0);
      const all = { m: rows, n: 768, k: tokens };
      const together = Math.min(...candidatesOf(card, [variant], [1]).map((tile) => tileMicroseconds(card, tile, all)));
      const tiles = shapes.map((shape, index) => {
        const workgroups = workgroupsOf(chosen[index], shape);
        const tile = chosen[index].name.split(' ')[1];
        return `${shape.m} x ${shape.n}: ${tile}, ${workgroups}, ${busy(workgroups).toFixed(0)} %`;
      });
      const times = [alone, together].map((time) => time.toFixed(1));
      const saved = ((alone - together) * layers) / 1000;
      console.log(`| ${tokens}, ${variant} | ${tiles.join('; ')} | ${times.join(' | ')} | ${saved.toFixed(2)} |`);
    }
}

const [card] = cardsOf.hopper;
if (process.argv[2] === 'grouped') printGrouped(card);
else printSteps();

function printSteps() {
  const columns = [['portable'], ['portable', 'outerProduct'], ['matrixTile']];
  console.log('| tokens | `portable` | with `outerProduct` | f16, `matrixTile` |');
  console.log('| --- | --- | --- | --- |');
  for (const tokens of [512, 1024, 2048, 4096]) {
    const cells = columns.map((variants) => stepMilliseconds(card, variants, tokens).toFixed(1));
    console.log(`| ${tokens} | ${cells.join(' | ')} |`);
  }
}
