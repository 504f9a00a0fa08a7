import { beforeAll, describe } from 'vitest';
import { defaultDevice } from '../device.ts';
import type { Device } from '../device.ts';
import { testTorchCases } from '../testing/testTorchCases.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

describe('scalars, nothing, types, NaN and infinities are as in PyTorch', () => {
  testTorchCases('torch_table.json', () => device, { roundings: 48 });
});
