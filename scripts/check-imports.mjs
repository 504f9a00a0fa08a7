// Holds the map of packages: who may import whom, and what may be named where. Parses every source
// file; prints one line per broken rule. Usage: node scripts/check-imports.mjs [folder of a
// workspace]
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { checkFile } from './imports/check-file.mjs';
import { checkPlatforms } from './imports/check-platforms.mjs';
import { checkReach } from './imports/check-reach.mjs';
import { readWorkspace } from './imports/workspace.mjs';
import { isMain } from './setup/is-main.mjs';
import { rootFolder } from './setup/root-folder.mjs';

/** @returns {{ problems: string[], files: number }} */
export function checkImports(folder) {
  const packages = readWorkspace(folder);
  const files = packages.flatMap((owner) => owner.files.map((file) => ({ owner, file })));
  const problems = [
    ...packages.flatMap((owner) => owner.problems),
    ...files.flatMap(({ owner, file }) => checkFile(owner, file)),
    ...packages.flatMap(checkPlatforms),
    ...packages.flatMap(checkReach),
  ];
  return { problems: [...new Set(problems)].sort(), files: files.length };
}

if (isMain(import.meta.url)) {
  const folder = resolve(process.argv[2] ?? rootFolder);
  if (!existsSync(folder)) throw new Error(`${folder}: no such folder`);
  const { problems, files } = checkImports(folder);
  for (const problem of problems) console.error(problem);
  console.log(
    problems.length === 0
      ? `${files} files keep the import rules.`
      : `${problems.length} broken import rules in ${files} files.`,
  );
  process.exitCode = problems.length === 0 ? 0 : 1;
}
