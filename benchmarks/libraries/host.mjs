// What recording a training step costs the host, on Dawn's null backend, which runs nothing and so
// takes no processor time away.
import { createRequire } from 'node:module';
import { openDevice } from '../../packages/kernels/dist/index.js';
import { makeStep } from './makeStep.mjs';
import { serve } from './serve.mjs';
import { makeBatch } from './stepShape.mjs';

const { create, globals } = createRequire(new URL('../../packages/kernels/package.json', import.meta.url))('webgpu');
Object.assign(globalThis, globals);
const dawn = create(['backend=null', 'enable-dawn-features=allow_unsafe_apis']);
const adapter = await dawn.requestAdapter();

/** An adapter whose device notes what a compute pass is told while `calls` is set. */
let device;
let calls = null;
const noting = new Proxy(adapter, {
  get(target, name) {
    if (name === 'requestDevice') {
      return async (descriptor) => {
        device = await adapter.requestDevice(descriptor);
        const createEncoder = device.createCommandEncoder.bind(device);
        device.createCommandEncoder = () => (calls ? noteCalls(createEncoder()) : createEncoder());
        return device;
      };
    }
    return typeof target[name] === 'function' ? target[name].bind(target) : target[name];
  },
});
const gpu = await openDevice({ webgpu: { requestAdapter: async () => noting } });

function noteCalls(encoder) {
  const begin = encoder.beginComputePass.bind(encoder);
  const notes = calls;
  encoder.beginComputePass = (descriptor) => {
    const pass = begin(descriptor);
    let pipeline;
    let group;
    let offset;
    return {
      setPipeline: (set) => pass.setPipeline((pipeline = set)),
      setBindGroup: (index, set, offsets) => {
        [group, offset] = [set, offsets[0]];
        pass.setBindGroup(index, set, offsets, 0, 1);
      },
      dispatchWorkgroups: (x, y, z) => {
        notes.push({ pipeline, group, offset, x, y, z });
        pass.dispatchWorkgroups(x, y, z);
      },
      end: () => pass.end(),
    };
  };
  return encoder;
}

/** Repeats every call of one step, and nothing else. */
function replay(notes) {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  const offsets = new Uint32Array(1);
  let last = null;
  for (const { pipeline, group, offset, x, y, z } of notes) {
    if (pipeline !== last) pass.setPipeline((last = pipeline));
    offsets[0] = offset;
    pass.setBindGroup(0, group, offsets, 0, 1);
    pass.dispatchWorkgroups(x, y, z);
  }
  pass.end();
  device.queue.submit([encoder.finish()]);
}

async function host({ config, batchSize, length }) {
  const { record } = await makeStep(gpu, { config, batchSize, length });
  // Token counts differ from batch to batch.
  const batches = [4, 3, 2, 1, 0].map((fewer) => makeBatch(config, batchSize, length - fewer));
  for (const batch of batches) record(batch);
  await gpu.idle();
  const notes = (calls = []);
  record();
  gpu.flush();
  calls = null;
  const timesOf = async (repeats, body) => {
    const times = [];
    for (let index = 0; index < repeats; index++) {
      const began = performance.now();
      body(index);
      times.push((1000 * (performance.now() - began)) / notes.length);
      await gpu.idle();
    }
    return times.sort((a, b) => a - b)[Math.floor(repeats / 2)];
  };
  return async (repeats) => ({
    dispatches: notes.length,
    recording: await timesOf(repeats, (index) => {
      record(batches[index % batches.length]);
      gpu.flush();
    }),
    calls: await timesOf(repeats, () => replay(notes)),
  });
}

await serve({ host });
