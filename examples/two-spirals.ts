// An MLP that tells two spirals apart (Lang and Witbrock, 1988), drawn as it learns to see
// them. All 194 points are right after 400 steps; the whole takes 3 s of processor time
// (lavapipe 25, 2026-11-28).
// npm run example -- two-spirals [STEPS]
import * as at from '@attune/tensor';

const steps = Number(process.argv[2] ?? 600);
await at.defaultDevice();
at.setSeed(1);

/** 97 points of each spiral: three turns inwards, the second turned by half of one. */
const spiral = (label: number) =>
  Array.from({ length: 97 }, (_, index) => {
    const angle = (index * Math.PI) / 16 + label * Math.PI;
    const radius = (6.5 * (104 - index)) / 104;
    return [radius * Math.sin(angle), radius * Math.cos(angle)];
  });
const points = at.tensor([...spiral(0), ...spiral(1)]);
const labels = Int32Array.from({ length: 194 }, (_, index) => Number(index >= 97));

const layer = (inFeatures: number, outFeatures: number) => new at.Linear({ inFeatures, outFeatures });
const model = new at.Sequential(layer(2, 64), new at.Tanh(), layer(64, 64), new at.Tanh(), layer(64, 2));
const optimizer = new at.AdamW(model.parameters(), { lr: 1e-2 });
const classesOf = (where: at.Tensor) => at.noGrad(() => at.argMax(model.forward(where), -1)).data();

for (let step = 1; step <= steps; step++) {
  const loss = at.crossEntropy(model.forward(points), labels);
  loss.backward();
  await optimizer.step();
  optimizer.zeroGrad();
  if (step % 100 !== 0 && step !== steps) continue;
  const classes = await classesOf(points);
  const right = labels.filter((label, index) => label === classes[index]).length;
  console.log(`step ${step}, loss ${(await loss.item()).toFixed(4)}, ${right} of 194 right`);
}

const [rows, columns] = [24, 48];
const place = (index: number, count: number) => (13 * (index + 0.5)) / count - 6.5;
const grid = Array.from({ length: rows * columns }, (_, index) => [
  place(index % columns, columns),
  place(Math.floor(index / columns), rows),
]);
const classes = Array.from(await classesOf(at.tensor(grid)), (one) => '·#'[one]);
for (let row = 0; row < rows; row++) console.log(classes.slice(row * columns, (row + 1) * columns).join(''));
