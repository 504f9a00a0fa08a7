type Names = Readonly<Record<string, string>>;

const oneProcess = 'it runs in this process; leave it out';
const closure = 'the function can use any variable around it';
/** What Python's `datasets` calls options of `map` and `filter`, and what to do instead. */
const calls = {
  inputColumns: 'the function gets the whole row; take what it needs: ({ text }) => …',
  withIndices: "the number of the row is the function's second argument",
  withRank: 'there is one process; leave it out',
  fnKwargs: closure,
  numProc: oneProcess,
  keepInMemory: 'results are in memory unless cache is given',
  loadFromCacheFile: 'see cache',
  cacheFileName: 'see cache',
  newFingerprint: 'see cache',
  dropLastBatch: 'leave the last rows out with take() first',
};

export const namesOfMap: Names = { ...calls, features: 'cast the result: (await dataset.map(…)).cast(features)' };
export const namesOfFilter: Names = { ...calls, cache: 'only map keeps results' };
