/**
 * Remembers something once per process. One process holds several copies of each module (instrumentation, routes,
 * pages, proxy); what must be the same for all of them hangs here.
 *
 * @param name told apart from all others in the process
 * @param make called at the first use
 */
export function oncePerProcess<Value>(name: string, make: () => Value): Value {
  const shared = globalThis as Record<symbol, unknown>;
  const key = Symbol.for(`claude-swarm-dashboard.${name}`);
  shared[key] ??= make();
  return shared[key] as Value;
}
