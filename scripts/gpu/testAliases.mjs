// What a bundle of test files takes in place of vitest, which needs a folder of modules at run
// time.
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rootFolder } from '../setup/root-folder.mjs';

const partsOfVitest = dirname(realpathSync(join(rootFolder, 'node_modules/vitest')));

export const testAliases = {
  vitest: join(rootFolder, 'scripts/gpu/vitest.mjs'),
  '@vitest/expect': join(partsOfVitest, '@vitest/expect'),
  '@vitest/runner': join(partsOfVitest, '@vitest/runner'),
};
