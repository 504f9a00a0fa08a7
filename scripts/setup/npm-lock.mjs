/**
 * A lock file of npm that names what the workspace's own package.json asks for, and nothing below
 * it. Without one npm works out what is installed from the folders, and ends at those of pnpm with
 * an error of its own; with it `npm install` comes as far as the script that hands over to pnpm.
 */
export function npmLock({ name, devDependencies }) {
  const packages = { '': { name, devDependencies } };
  for (const [dependency, range] of Object.entries(devDependencies))
    packages[`node_modules/${dependency}`] = { version: range.replace('^', ''), dev: true };
  return { name, lockfileVersion: 3, requires: true, packages };
}
