// The way in: `npm run demo` and `npm test` come here. Installs what is missing (pnpm, packages,
// build, a software Vulkan driver where no GPU answers), then starts the program. This file must be
// readable by any Node that knows modules: the version is checked first.
import { nodeVersionProblem } from './setup/node-version.mjs';

const problem = nodeVersionProblem(process.versions.node);
if (problem) {
  console.error(problem);
  process.exit(1);
}
import('./setup/main.mjs').then(({ main }) => main(process.argv.slice(2)));
