/**
 * What a package takes from #platform must be there on both sides, or it would be missing in the
 * other world.
 */
export function checkPlatforms({ path, files }) {
  const uses = files.flatMap((file) =>
    file.imports
      .filter(({ specifier, typeOnly }) => specifier === '#platform' && !typeOnly)
      .map((one) => ({ ...one, from: file.path })),
  );
  return ['node', 'browser'].flatMap((side) => {
    const sidePath = `${path}/src/platform/${side}.ts`;
    const offered = files.find((file) => file.path === sidePath)?.exports ?? [];
    return uses.flatMap(({ names, from, line }) =>
      names
        .filter((name) => !offered.includes(name))
        .map((name) => `${from}:${line}: ${sidePath} does not export ${name}`),
    );
  });
}
