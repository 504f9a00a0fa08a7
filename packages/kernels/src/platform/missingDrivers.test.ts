import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { missingDrivers } from './missingDrivers.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-drivers-'));
const driver = join(folder, 'driver.json');
writeFileSync(driver, '{}');
afterAll(() => rmSync(folder, { recursive: true }));

it.each([
  {},
  { VK_DRIVER_FILES: '' },
  { VK_DRIVER_FILES: driver },
  { VK_DRIVER_FILES: [driver, folder, ''].join(delimiter) },
])('says nothing of %o', (environment) => {
  expect(missingDrivers(environment)).toBe('');
});

it('names the variable that counts, and every file that is not there', () => {
  const [missing, other] = ['missing.json', 'other.json'].map((name) => join(folder, name));
  expect(missingDrivers({ VK_DRIVER_FILES: missing })).toBe(
    `VK_DRIVER_FILES names ${missing}, which is not there: correct it, or unset it. `,
  );
  expect(missingDrivers({ VK_ICD_FILENAMES: [missing, driver, other].join(delimiter) })).toBe(
    `VK_ICD_FILENAMES names ${missing} and ${other}, which is not there: correct it, or unset it. `,
  );
  expect(missingDrivers({ VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: missing })).toBe('');
});
