/** Takes steps, at most two in flight, as the Trainer does. Gives the records of the last. */
export async function takeSteps(optimizer, repeats, record) {
  let previous = Promise.resolve([]);
  for (let index = 0; index < repeats; index++) {
    record();
    const current = optimizer.records();
    await previous;
    previous = current;
  }
  return previous;
}
