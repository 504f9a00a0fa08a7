/** The folder with reference data: `data/`, `golden/`. */
export function referenceFolder() {
  const folder = process.env.ATTUNE_REFERENCE;
  if (!folder)
    throw new Error('ATTUNE_REFERENCE is not set: it must name the folder of the reference data (data/, golden/)');
  return folder;
}
