// What a training step would ask of a GPU, counted and not computed: its dispatches by kernel, and
// the memory it takes. Kernels choose as on a card with matrix units and the limits below, of
// unknown make or a Hopper; the arrays lie on whatever adapter there is.
import { loadVariants, openDevice } from '../../packages/kernels/dist/index.js';
import { makeStep } from './makeStep.mjs';
import { serve } from './serve.mjs';

const limits = { maxComputeWorkgroupStorageSize: 49152, maxComputeInvocationsPerWorkgroup: 1024 };
const profile = {
  software: false,
  mesaVersion: 0,
  f16: true,
  f16Storage: 'native',
  subgroups: true,
  subgroupSize: 32,
  subgroupMatrix: [{ componentType: 'f16', resultComponentType: 'f32', m: 16, n: 16, k: 16 }],
  subgroupMatrixSpelling: 'majorness',
  subgroupMatrixTiles: 'words',
};
await loadVariants();

/** A device that describes itself as a card of this maker. */
async function openAs(words) {
  const device = await openDevice();
  return Object.assign(device, {
    profile: { ...device.profile, ...profile },
    info: { ...device.info, ...words, software: false, limits: { ...device.info.limits, ...limits } },
  });
}

const devices = {
  unknown: await openAs({}),
  Hopper: await openAs({ vendor: 'nvidia', architecture: 'hopper' }),
};

/** Kernels of one kind: the program's name without types and sizes. */
const kindOf = (key) =>
  /^(gemm (?:\w+)(?: of parts)?|[a-zA-Z]+(?: (?:of|weights|sum|long|segments|update)\b)*)/.exec(key)[0];

async function step({ card = 'unknown', ...shape }) {
  const device = devices[card];
  const { liveBytes } = device.memory;
  const { record, dispose, parameters } = await makeStep(device, shape);
  const kinds = {};
  device.dispatch = ({ program, workgroups }) => {
    if (workgroups.includes(0)) return;
    const layout = / aAlongK bAlongK/.test(program.key) ? ' NT' : / aAlongK/.test(program.key) ? ' NN' : ' TN';
    const product = program.key.startsWith('gemm ') && !program.key.startsWith('gemm sum');
    const kind = kindOf(program.key) + (product ? layout : '');
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  };
  return async () => {
    for (const kind in kinds) delete kinds[kind];
    device.resetPeakMemory();
    record();
    const peakBytes = device.memory.peakBytes - liveBytes;
    delete device.dispatch;
    dispose();
    device.trim();
    return { kinds, peakBytes, parameters };
  };
}

await serve({ memory: step });
