import { readFileSync } from 'node:fs';
import { gemm as recordGemm } from '../../packages/kernels/dist/index.js';
import { defaultDevice } from '../../packages/tensor/dist/index.js';
import { commonCases, kernelCases } from '../kernelCases.mjs';
import { operation } from './attuneOperations.mjs';
import { makeStep } from './makeStep.mjs';
import { numbers, serve } from './serve.mjs';
import { takeSteps } from './takeSteps.mjs';
import { unevenOperation } from './unevenShapes.mjs';

const device = await defaultDevice();

async function gemm({ layout, m, n, k, elementType = 'f32' }) {
  const operand = (length) => device.upload(numbers(length), 'f32', 'operand');
  const [a, b] = [operand(m * k), operand(k * n)];
  const output = device.allocatePersistent(elementType, m * n, 'output');
  return async (repeats) => {
    for (let index = 0; index < repeats; index++) recordGemm(device, { a, b, output, m, n, k, layout });
    await device.idle();
  };
}

async function step(shape) {
  const { record, optimizer } = await makeStep(device, shape);
  await device.prepare(record);
  return async (repeats) => {
    const before = { ...device.statistics };
    device.resetPeakMemory();
    const loss = (await takeSteps(optimizer, repeats, record)).at(-1)?.loss;
    const dispatches = (device.statistics.dispatches - before.dispatches) / repeats;
    return { loss, dispatches, peakBytes: device.memory.peakBytes, record };
  };
}

/**
 * Goes on through the batches of a file, `repeats` at a time. With `padded`, padding is computed
 * like everything else.
 */
async function epoch({ config, file, padded = false, fp16 = false }) {
  const { record, optimizer } = await makeStep(device, { config, fp16 });
  const batches = JSON.parse(readFileSync(file, 'utf8')).map((rows) => padBatch(rows, padded));
  let next = 0;
  return async (repeats) => {
    await takeSteps(optimizer, repeats, () => record(batches[next++ % batches.length]));
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

/** GPU memory of a training step, without computing one: everything is allocated as if it ran. */
async function memory(shape) {
  // Memory that other tasks of this process hold does not count.
  const { liveBytes } = device.memory;
  const run = await makeStep(device, shape);
  return async () => {
    device.resetPeakMemory();
    await device.prepare(run.record);
    const peakBytes = device.memory.peakBytes - liveBytes;
    run.dispose();
    device.trim();
    return { peakBytes, parameters: run.parameters };
  };
}

const caseTables = { model: kernelCases, common: commonCases };

/** Milliseconds. */
const longEnough = 20;

/** GPU time of every case of a table, by timestamps. */
async function kernels({ table, ...shape }) {
  const cases = Object.entries(caseTables[table](device, shape));
  return async (repeats) => {
    const rows = [];
    for (const [name, record] of cases) {
      const runs = async (times) => {
        const began = performance.now();
        for (let index = 0; index < times; index++) record();
        await device.idle();
        return (performance.now() - began) / times;
      };
      const times = Math.max(repeats, Math.min(100, Math.ceil(longEnough / (await runs(repeats)))));
      device.startProfiling();
      await runs(times);
      const programs = await device.stopProfiling();
      const milliseconds = programs.reduce((sum, program) => sum + program.milliseconds, 0);
      const sum = (rate) =>
        programs.reduce((total, program) => total + (program[rate] * program.milliseconds) / milliseconds, 0);
      rows.push({
        name,
        milliseconds: milliseconds / times,
        gflops: sum('gflopsPerSecond'),
        gigabytes: sum('gigabytesPerSecond'),
      });
    }
    return { rows };
  };
}

/** The GPU time of one training step by kernel. */
async function stepProfile(shape) {
  const run = await step(shape);
  return async (repeats) => {
    await run(repeats);
    await device.idle();
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

await serve({
  describe,
  epoch,
  gemm,
  kernels,
  memory,
  operation: operation(device),
  step,
  stepProfile,
  uneven: unevenOperation(device),
});
