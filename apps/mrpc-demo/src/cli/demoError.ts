/** Something that the person who runs the demo can put right. Shown as one line. */
export class DemoError extends Error {
  override name = 'DemoError';
}
