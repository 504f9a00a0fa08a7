/**
 * The same object, whose properties are assigned by a function.
 *
 * @param assign assigns to the object itself, or throws for what cannot be assigned
 */
export function onAssignment<Value extends object>(
  value: Value,
  assign: (name: string, given: unknown) => void,
): Value {
  return new Proxy(value, {
    set(target, name, given) {
      if (typeof name === 'symbol') return Reflect.set(target, name, given);
      assign(name, given);
      return true;
    },
    deleteProperty(_target, name) {
      assign(String(name), undefined);
      return true;
    },
  });
}
