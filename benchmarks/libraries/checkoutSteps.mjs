// Training steps of a checkout, by what it has built, and the time of all processors beside the
// clock's. Usage: node checkoutSteps.mjs CHECKOUT
import { join } from 'node:path';
import { serve } from './serve.mjs';
import { takeSteps } from './takeSteps.mjs';

const importOf = (file) => import(join(process.argv[2], file));
const { configs } = await importOf('benchmarks/libraries/stepShape.mjs');
const { makeStep } = await importOf('benchmarks/libraries/makeStep.mjs');
const { openDevice } = await importOf('packages/kernels/dist/index.js');
const device = await openDevice();

async function step({ config, ...shape }) {
  const { record, optimizer } = await makeStep(device, { config: configs[config], ...shape });
  await device.prepare(record);
  return async (repeats) => {
    const before = process.cpuUsage();
    const loss = (await takeSteps(optimizer, repeats, record)).at(-1)?.loss;
    await device.idle();
    const { user, system } = process.cpuUsage(before);
    return { loss, processor: (user + system) / 1000 / repeats, adapter: device.info.description };
  };
}

await serve({ step });
