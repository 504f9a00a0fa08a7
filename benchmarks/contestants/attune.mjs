import { readFileSync } from 'node:fs';
import { BertConfig, BertForSequenceClassification } from '../../packages/bert/dist/index.js';
import { gemm as recordGemm } from '../../packages/kernels/dist/index.js';
import { AdamW, autocast, defaultDevice, setSeed } from '../../packages/tensor/dist/index.js';
import { makeBatch } from './stepShape.mjs';
import { commonCases, kernelCases } from '../kernelCases.mjs';
import { numbers, serve } from './serve.mjs';

const device = await defaultDevice();

async function gemm({ layout, m, n, k, elementType = 'f32' }) {
  const operand = (length) => device.upload(numbers(length), 'f32', 'operand');
  const [a, b] = [operand(m * k), operand(k * n)];
  const output = device.allocatePersistent(elementType, m * n, 'output');
  return async (repeats) => {
    for (let index = 0; index < repeats; index++) recordGemm(device, { a, b, output, m, n, k, layout });
    await device.settled();
  };
}

async function makeStep({ config, batchSize, length, fp16 = false }) {
  setSeed(0);
  const model = await BertForSequenceClassification.fromConfig(new BertConfig({ ...config, numLabels: 2 }));
  model.train();
  const optimizer = new AdamW({
    groups: [{ parameters: model.namedParameters() }],
    learningRates: new Float64Array(10_000).fill(5e-5),
    maxGradNorm: 1,
    device,
    ...(fp16 && { halfPrecision: true, lossScale: {} }),
  });
  const usual = batchSize ? makeBatch(config, batchSize, length) : undefined;
  optimizer.zeroGrad();
  let update = 0;
  const record = (batch = usual) => {
    device.scope(() => {
      const forward = () => model.forward(batch, { update, numItemsInBatch: batch.labels.data.length, exampleOffset: 0 });
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

async function step(shape) {
  const { record, optimizer } = await makeStep(shape);
  return async (repeats) => {
    const before = { ...device.statistics };
    device.resetPeakMemory();
    let previous = Promise.resolve([]);
    for (let index = 0; index < repeats; index++) {
      record();
      const current = optimizer.records();
      await previous;
      previous = current;
    }
    const loss = (await previous).at(-1)?.loss;
    const dispatches = (device.statistics.dispatches - before.dispatches) / repeats;
    return { loss, dispatches, peakBytes: device.memory.peakBytes, record };
  };
}

/** Goes on through the batches of a file, `repeats` at a time. With `padded`, padding is computed like everything else. */
async function epoch({ config, file, padded = false, fp16 = false }) {
  const { record, optimizer } = await makeStep({ config, fp16 });
  const batches = JSON.parse(readFileSync(file, 'utf8')).map((rows) => padBatch(rows, padded));
  let next = 0;
  return async (repeats) => {
    let previous = Promise.resolve();
    for (let index = 0; index < repeats; index++) {
      record(batches[next++ % batches.length]);
      const current = optimizer.records();
      await previous;
      previous = current;
    }
    await previous;
  };
}

function padBatch(rows, padded) {
  const length = Math.max(...rows.map(({ input_ids }) => input_ids.length));
  const shape = [rows.length, length];
  const make = (value) => {
    const valueAt = (_, place) => value(rows[Math.floor(place / length)], place % length);
    return { data: Int32Array.from({ length: rows.length * length }, valueAt), shape };
  };
  return {
    input_ids: make(({ input_ids }, column) => input_ids[column] ?? 0),
    token_type_ids: make(({ token_type_ids }, column) => token_type_ids[column] ?? 0),
    attention_mask: make(({ input_ids }, column) => Number(padded || column < input_ids.length)),
    labels: { data: Int32Array.from(rows, ({ label }) => label), shape: [rows.length] },
  };
}

/** What recording costs the host while the GPU is idle; on a software adapter it would otherwise share its cores. */
async function host(shape) {
  const run = await step(shape);
  return async (repeats) => {
    const { record, dispatches } = await run(2);
    const times = [];
    for (let index = 0; index < repeats; index++) {
      await device.settled();
      const began = performance.now();
      record();
      times.push(performance.now() - began);
    }
    await device.settled();
    times.sort((a, b) => a - b);
    return { hostMicrosecondsPerDispatch: (1000 * times[Math.floor(times.length / 2)]) / dispatches, dispatches };
  };
}

/** GPU memory of a training step, without computing one: everything is allocated as if. */
async function memory(shape) {
  const run = await makeStep(shape);
  return async () => {
    device.resetPeakMemory();
    await device.prepare(run.record);
    const { peakBytes } = device.memory;
    run.dispose();
    device.trim();
    return { peakBytes, parameters: run.parameters };
  };
}

const caseTables = { model: kernelCases, common: commonCases };

/** GPU time of every case of a table, by timestamps. */
async function kernels({ table, ...shape }) {
  const cases = Object.entries(caseTables[table](device, shape));
  return async (repeats) => {
    const rows = [];
    for (const [name, record] of cases) {
      device.startProfiling();
      for (let index = 0; index < repeats; index++) record();
      const programs = await device.stopProfiling();
      const milliseconds = programs.reduce((sum, program) => sum + program.milliseconds, 0);
      const sum = (rate) => programs.reduce((total, program) => total + (program[rate] * program.milliseconds) / milliseconds, 0);
      rows.push({ name, milliseconds: milliseconds / repeats, gflops: sum('gflopsPerSecond'), gigabytes: sum('gigabytesPerSecond') });
    }
    return { rows };
  };
}

/** The GPU time of one training step by kernel. */
async function stepProfile(shape) {
  const run = await step(shape);
  return async (repeats) => {
    await run(1);
    device.startProfiling();
    await run(repeats);
    const rows = await device.stopProfiling();
    return {
      rows: rows.map(({ kernel, calls, milliseconds, share }) => ({
        kernel,
        calls: calls / repeats,
        milliseconds: milliseconds / repeats,
        share,
      })),
    };
  };
}

async function describe() {
  const { description, architecture, software } = device.info;
  return async () => ({ adapter: description || architecture, software });
}

await serve({ describe, epoch, gemm, host, kernels, memory, step, stepProfile });
