// What a published manifest leaves out: what only the workspace needs, and conditions that lead to
// sources, which are not shipped.
const workspaceOnly = ['devDependencies', 'scripts', 'attune-source'];

function published(value) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const kept = Object.entries(value).filter(([key]) => !workspaceOnly.includes(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, published(inner)]));
}

module.exports = { hooks: { beforePacking: published } };
