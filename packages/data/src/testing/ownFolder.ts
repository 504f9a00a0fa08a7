import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, vi } from 'vitest';

/** A folder for the files of a test, which is there while it runs. */
export interface OwnFolder {
  /** Where it is: another one in each test. */
  readonly path: string;
  /** Writes a file into it, and says where that is. */
  write(name: string, content: string | Uint8Array): string;
}

/** A folder for each test of a file; what a test sets in the environment ends with it, too. */
export function ownFolder(): OwnFolder {
  let path = '';
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'attune-load-'));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(path, { recursive: true, force: true });
  });
  return {
    get path() {
      return path;
    },
    write(name, content) {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      return file;
    },
  };
}
