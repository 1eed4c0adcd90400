/**
 * Creates a value once per process. One process loads several copies of each module (instrumentation, routes, pages,
 * proxy); values that all of them must share are kept here.
 *
 * @param name unique in the process
 * @param make creates the value at the first use
 */
export function oncePerProcess<Value>(name: string, make: () => Value): Value {
  const shared = globalThis as Record<symbol, unknown>;
  const key = Symbol.for(`claude-swarm-dashboard.${name}`);
  shared[key] ??= make();
  return shared[key] as Value;
}
