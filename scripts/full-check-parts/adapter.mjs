import { run } from './run.mjs';

/** Checks the adapter that the other checks run on: its name, and that it computes correctly. */
export async function examineAdapter() {
  await run(process.execPath, ['scripts/attune.mjs', 'setup']);
  const { stdout } = await run(process.execPath, ['packages/kernels/bin/attune-doctor.mjs', '--json']);
  const { device, dispatch } = JSON.parse(stdout);
  return {
    adapter: device.description || device.architecture,
    software: device.software,
    'first dispatch': `${dispatch.firstMilliseconds.toFixed(1)} ms`,
  };
}
