/** One paragraph for a Node that cannot run Attune, or null for one that can. */
export function nodeVersionProblem(version) {
  const [major, minor] = version.split('.').map(Number);
  const fits = major >= 23 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
  if (fits) return null;
  return (
    'Attune needs Node 20.19 or newer (22.12 or newer in the 22 series); this is Node ' +
    version +
    '. Without changing anything on this machine, ' +
    'npm can fetch one for a single command: `npx -y -p node@24 npm test`, or `npx -y -p node@24 npm run demo`. ' +
    'To install one for good, see https://nodejs.org/en/download.'
  );
}
