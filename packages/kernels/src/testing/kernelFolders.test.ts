import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const source = join(import.meta.dirname, '..');
const kernels = join(source, 'kernels');
const folders = readdirSync(kernels, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
  .map(({ name }) => name)
  // Git leaves the folder of a kernel that was moved, when ignored files had been in it.
  .filter((name) => readdirSync(join(kernels, name)).length > 0);
const shaders = readdirSync(source, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.wgsl') && !name.includes('.relu-'));

describe.each(folders)('kernels/%s', (folder) => {
  const files = readdirSync(join(kernels, folder));

  it('has an index of exports and nothing else', () => {
    const text = readFileSync(join(kernels, folder, 'index.ts'), 'utf8');
    expect(text.replaceAll(/export (type )?\{[^}]*\} from '[^']*';/g, '').trim()).toBe('');
  });

  it('has a benchmark', () => {
    expect(files.filter((file) => file.endsWith('.bench.ts'))).not.toEqual([]);
  });

  it('names its tests, benchmarks and variants as every folder does', () => {
    const parts = readdirSync(join(kernels, folder), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const part of ['', ...parts.map(({ name }) => name)]) {
      const names = readdirSync(join(kernels, folder, part));
      for (const name of names.filter((file) => /\.(test|bench)\.ts$/.test(file) && !file.includes('.matrix.')))
        // As the folder, or, where a file in it deserves a test of its own, as that file.
        expect([part || folder, ...names.map((file) => file.replace(/\.(ts|wgsl)$/, ''))]).toContain(
          name.replace(/\.(test|bench)\.ts$/, ''),
        );
    }
    expect(files).not.toContain('variant.ts');
  });
});

// An extension of WGSL that naga, the compiler of Firefox and Deno, does not have.
it.each(shaders)('%s passes no pointers into arrays of bindings or workgroups to functions', (name) => {
  expect(readFileSync(join(source, name), 'utf8')).not.toMatch(/ptr<(storage|uniform|workgroup)\b/);
});
