// Logistic regression: which side of a line is a point on? Trained by hand, with tensors alone.
// 97.8 % of the points are right after 150 steps, and the line is x + 2.06 y = 0.56 (2026-11-28).
// npm run example -- logistic-regression
import { AdamW, add, bceWithLogits, cast, defaultDevice, eq, gt, Linear, matmul, mean, noGrad } from '@attune/tensor';
import { randn, scale, setSeed, tensor } from '@attune/tensor';

await defaultDevice();
setSeed(0);

// Points above x + 2 y = 0.5 have the label 1; near the line some lie on the wrong side.
const points = randn([500, 2]);
const heights = add(matmul(points, tensor([[1], [2]])), scale(randn([500, 1]), 0.2));
const labels = cast(gt(heights, 0.5), 'f32');

const model = new Linear({ inFeatures: 2, outFeatures: 1 });
const optimizer = new AdamW(model.parameters(), { lr: 0.1, weightDecay: 0 });
for (let step = 1; step <= 150; step++) {
  const loss = bceWithLogits(model.forward(points), labels);
  loss.backward();
  await optimizer.step();
  optimizer.zeroGrad();
  if (step % 30 === 0) console.log(`step ${step}, loss ${(await loss.item()).toFixed(4)}`);
}

const predictions = noGrad(() => cast(gt(model.forward(points), 0), 'f32'));
console.log('accuracy', await mean(cast(eq(predictions, labels), 'f32')).item());
const [[a, b]] = (await model.weight.toArray()) as [[number, number]];
const [bias = 0] = (await model.bias?.data()) ?? [];
console.log(`the line: x + ${(b / a).toFixed(2)} y = ${(-bias / a).toFixed(2)}`);
