import { BertConfig, BertForSequenceClassification } from '../../packages/bert/dist/index.js';
import { AdamW, autocast, setSeed } from '../../packages/tensor/dist/index.js';
import { makeBatch } from './stepShape.mjs';

/** A model and its optimizer: `record(batch)` records a training step. */
export async function makeStep(device, { config, batchSize, length, fp16 = false, everyNLayers = 0 }) {
  setSeed(0);
  const model = await BertForSequenceClassification.fromConfig(new BertConfig({ ...config, numLabels: 2 }), { device });
  model.train();
  if (everyNLayers > 0) model.activationCheckpointingEnable({ everyNLayers });
  const optimizer = new AdamW(model.namedParameters(), {
    lr: new Float64Array(10_000).fill(5e-5),
    weightDecay: 0,
    maxGradNorm: 1,
    ...(fp16 && { fp16: true, lossScale: {} }),
  });
  const usual = batchSize ? makeBatch(config, batchSize, length) : undefined;
  optimizer.zeroGrad();
  let update = 0;
  const record = (batch = usual) => {
    device.scope(() => {
      const forward = () =>
        model.forward(batch, { update, numItemsInBatch: batch.labels.data.length, exampleOffset: 0 });
      const { loss } = fp16 ? autocast(forward) : forward();
      optimizer.recordLoss(loss);
      loss.backward(optimizer.lossScale, { releaseResults: true });
    });
    optimizer.step();
    optimizer.zeroGrad();
    update += 1;
  };
  const dispose = () => {
    optimizer.dispose();
    model.dispose();
  };
  const parameters = [...model.parameters()].reduce((sum, { size }) => sum + size, 0);
  return { record, optimizer, parameters, dispose };
}
