/**
 * Rings of waiting. Who waits is held up for good only if everything that could free it is held up too: so first all
 * that can still go on is taken away, and rings are looked for in what is left.
 */

/** Somebody is held up until any one of others does something. */
interface Hold {
  from: string;
  /** Any of these could free it. */
  to: readonly string[];
  inferred: boolean;
}

/** An open task that somebody is to do. */
interface AssignedTask {
  id: string;
  assignee: string;
  /** Ids of the unfinished tasks before it. */
  after: readonly string[];
}

type Arc = readonly [from: string, to: string];

const RINGS_AT_MOST = 50;

/**
 * The rings of agents in which none can go on.
 *
 * A ring of tasks is one whatever else its agents could do. An agent that only waits by its tasks answers messages as
 * long as one of its tasks can go on. A ring needs at least one wait that is declared.
 *
 * @returns the agents of each ring in the order of waiting, from the first by name on; those that are declared
 *   throughout first, then the shorter ones; at most 50
 */
export function findRings(holds: readonly Hold[], tasks: readonly AssignedTask[]): string[][] {
  const stuck = findStuck(holds, tasks);
  const byTasks = arcsOfTasks(tasks, stuck);
  const arcsOf = (inferred: boolean) =>
    [...stuck.holds]
      .filter((hold) => hold.inferred === inferred)
      .flatMap(({ from, to }) => to.map((other): Arc => [agentNode(from), agentNode(other)]));
  const declared = [...byTasks, ...arcsOf(false)];
  const inferred = arcsOf(true);
  const cycles = shortestCycles(declared, declared, RINGS_AT_MOST);
  if (inferred.length > 0) cycles.push(...shortestCycles([...declared, ...inferred], declared, RINGS_AT_MOST));
  const assignees = new Map(tasks.map(({ id, assignee }) => [taskNode(id), assignee]));
  const rings = new Map<string, string[]>();
  for (const ring of cycles.flatMap((cycle) => ringsAlong(cycle, assignees)).map(fromFirst)) {
    rings.set(JSON.stringify(ring), ring);
  }
  return [...rings.values()].slice(0, RINGS_AT_MOST);
}

interface Stuck {
  agents: ReadonlySet<string>;
  tasks: ReadonlySet<string>;
  /** What nobody can end who could go on. */
  holds: ReadonlySet<Hold>;
  /** Agents held up by something else than their tasks. */
  held: ReadonlySet<string>;
}

/** Takes away what can go on until nothing more can; costs the same for each hold and task, however they hang together. */
function findStuck(holds: readonly Hold[], tasks: readonly AssignedTask[]): Stuck {
  const agents = new Set([...holds.map(({ from }) => from), ...tasks.map(({ assignee }) => assignee)]);
  const stuckTasks = new Set(tasks.map(({ id }) => id));
  const open = groupedBy(tasks, ({ assignee }) => [assignee]);
  const dependents = groupedBy(tasks, ({ after }) => after);
  const holdsOn = groupedBy(holds, ({ to }) => to);
  const blockers = new Map(tasks.map((task) => [task, task.after.filter((id) => stuckTasks.has(id)).length]));
  const intact = new Set(holds);
  const heldBy = new Map<string, number>();
  for (const { from } of holds) heldBy.set(from, (heldBy.get(from) ?? 0) + 1);
  /** Agents with a task that can go on. */
  const busy = new Set<string>();

  const waiting = [...tasks, ...holds.flatMap(({ to }) => to)];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next !== 'string') {
      const { id, assignee } = next;
      if ((heldBy.get(assignee) ?? 0) > 0 || (blockers.get(next) ?? 0) > 0 || !stuckTasks.delete(id)) continue;
      busy.add(assignee);
      const freed = dependents.get(id) ?? [];
      for (const task of freed) blockers.set(task, (blockers.get(task) ?? 0) - 1);
      waiting.push(...freed, assignee);
    } else if ((heldBy.get(next) ?? 0) === 0 && (busy.has(next) || !open.has(next))) {
      agents.delete(next);
      for (const hold of holdsOn.get(next) ?? []) {
        if (!intact.delete(hold)) continue;
        heldBy.set(hold.from, (heldBy.get(hold.from) ?? 0) - 1);
        waiting.push(...(open.get(hold.from) ?? []), hold.from);
      }
    }
  }
  return { agents, tasks: stuckTasks, holds: intact, held: new Set([...intact].map(({ from }) => from)) };
}

function groupedBy<Item>(items: readonly Item[], keysOf: (item: Item) => readonly string[]): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    for (const key of keysOf(item)) {
      const group = groups.get(key);
      if (group) group.push(item);
      else groups.set(key, [item]);
    }
  }
  return groups;
}

function arcsOfTasks(tasks: readonly AssignedTask[], stuck: Stuck): Arc[] {
  const left = tasks.filter(({ id }) => stuck.tasks.has(id));
  return left.flatMap(({ id, assignee, after }): Arc[] => [
    ...after.filter((other) => stuck.tasks.has(other)).map((other): Arc => [taskNode(id), taskNode(other)]),
    // Who is held up by something else does not get on with its tasks either; and who is held up only by its tasks
    // can be waited for through any of them.
    ...(stuck.held.has(assignee) ? [[taskNode(id), agentNode(assignee)] as const] : []),
    ...(stuck.agents.has(assignee) && !stuck.held.has(assignee) ? [[agentNode(assignee), taskNode(id)] as const] : []),
  ]);
}

const agentNode = (id: string) => `agent ${id}`;
const taskNode = (id: string) => `task ${id}`;

/** A cycle of agents and tasks as rings of agents: it may come to the same agent again by another of its tasks. */
function ringsAlong(cycle: readonly string[], assignees: ReadonlyMap<string, string>): string[][] {
  const rings: string[][] = [];
  const way: string[] = [];
  for (const node of cycle) {
    const agent = assignees.get(node) ?? node.slice(agentNode('').length);
    const before = way.indexOf(agent);
    if (before !== -1) rings.push(way.splice(before));
    way.push(agent);
  }
  return [...rings, way].filter(({ length }) => length > 1);
}

/**
 * For each arc the shortest cycle that leads through it, every cycle once.
 *
 * @param arcs of a directed graph
 * @param through the arcs that are asked about
 * @param most how many cycles are wanted
 * @returns the nodes of each in the order of the arcs, from the first by name on; shorter ones first, then by name
 */
export function shortestCycles(arcs: readonly Arc[], through: readonly Arc[], most: number): string[][] {
  const graph = new Graph(arcs);
  // Cycles by a hash of their nodes: of 1,000 arcs of one long ring each gives that ring again.
  const found = new Map<number, number[][]>();
  const cycles: string[][] = [];
  for (const [from, to] of [...through].sort(byNames)) {
    const cycle = graph.shortestWay(to, from);
    if (!cycle) continue;
    const rotated = fromLeast(cycle);
    const alike = found.get(hashOf(rotated)) ?? [];
    if (alike.some((known) => known.length === rotated.length && known.every((node, at) => node === rotated[at])))
      continue;
    alike.push(rotated);
    found.set(hashOf(rotated), alike);
    cycles.push(graph.namesOf(rotated));
    if (cycles.length === most) break;
  }
  return cycles.sort((one, other) => one.length - other.length || byNames(one, other));
}

function hashOf(nodes: readonly number[]): number {
  return nodes.reduce((hash, node) => (Math.imul(hash, 31) + node) | 0, 0);
}

function fromLeast(cycle: readonly number[]): number[] {
  const first = cycle.indexOf(cycle.reduce((least, node) => Math.min(least, node)));
  return [...cycle.slice(first), ...cycle.slice(0, first)];
}

function byNames(one: readonly string[], other: readonly string[]): number {
  for (const [index, name] of one.entries()) {
    const against = other[index] ?? '';
    if (name !== against) return name < against ? -1 : 1;
  }
  return 0;
}

/** A directed graph with its nodes as numbers in the order of their names: names in maps took ten times as long. */
class Graph {
  readonly #names: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;
  /** In order, each once. */
  readonly #next: readonly (readonly number[])[];
  /** The node from which a walk came to a node first; -1 where it began or has not been. */
  readonly #before: Int32Array;

  constructor(arcs: readonly Arc[]) {
    this.#names = [...new Set(arcs.flat())].sort();
    this.#numbers = new Map(this.#names.map((name, number) => [name, number]));
    const next = this.#names.map(() => new Set<number>());
    for (const [from, to] of arcs) next[this.#numberOf(from)]?.add(this.#numberOf(to));
    this.#next = next.map((others) => [...others].sort((one, other) => one - other));
    this.#before = new Int32Array(this.#names.length);
  }

  #numberOf(name: string): number {
    return this.#numbers.get(name) ?? -1;
  }

  namesOf(nodes: readonly number[]): string[] {
    return nodes.map((node) => this.#names[node] as string);
  }

  /** @returns the nodes from one to another, both included, by the fewest arcs; the first such way by name */
  shortestWay(fromName: string, toName: string): number[] | null {
    const [from, to] = [this.#numberOf(fromName), this.#numberOf(toName)];
    if (from === -1 || to === -1) return null;
    const before = this.#before.fill(-1);
    // It grows while it is walked through, and that in the order of the distance.
    const reached = [from];
    for (const node of reached) {
      if (node === to) return wayTo(to, from, before);
      for (const other of this.#next[node] ?? []) {
        if (other === from || before[other] !== -1) continue;
        before[other] = node;
        reached.push(other);
      }
    }
    return null;
  }
}

function wayTo(to: number, from: number, before: Int32Array): number[] {
  const way = [to];
  for (let at = to; at !== from; ) {
    at = before[at] as number;
    way.push(at);
  }
  return way.reverse();
}

/** The same ring, told from its first member by name on. */
function fromFirst(ring: readonly string[]): string[] {
  const first = ring.reduce((least, name, index) => (name < (ring[least] ?? '') ? index : least), 0);
  return [...ring.slice(first), ...ring.slice(0, first)];
}
