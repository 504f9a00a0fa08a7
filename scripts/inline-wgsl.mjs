// Writes x.wgsl.ts beside every x.wgsl below the folders named (default: packages/kernels/src), so that one import works in
// Node, in browsers and in bundlers. The written files are ignored by git. A file whose content is already right is left alone.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const defaultFolder = resolve(dirname(fileURLToPath(import.meta.url)), '../packages/kernels/src');

export function inlineWgsl(folder = defaultFolder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) inlineWgsl(path);
    else if (entry.name.endsWith('.wgsl')) {
      const source = readFileSync(path, 'utf8').replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${');
      const module = `// Written by scripts/inline-wgsl.mjs from ${entry.name}.\nexport const wgsl = \`${source}\`;\n`;
      const target = `${path}.ts`;
      if (!existsSync(target) || readFileSync(target, 'utf8') !== module) writeFileSync(target, module);
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folders = process.argv.slice(2);
  for (const folder of folders.length > 0 ? folders : [defaultFolder]) inlineWgsl(resolve(folder));
}
