/**
 * Finds wait cycles. An agent is blocked for good only if everything that could free it is blocked too: so first all nodes
 * that can still continue are removed, and cycles are searched for in the rest.
 */

/** A wait of an agent until any one of several others does something. */
interface Hold {
  from: string;
  /** Any of these could free it. */
  to: readonly string[];
  inferred: boolean;
}

/** An unfinished task with an agent that is to do it. */
interface AssignedTask {
  id: string;
  assignee: string;
  /** Ids of the unfinished tasks that block it. */
  after: readonly string[];
}

type Arc = readonly [from: string, to: string];

export const MAX_CYCLES = 50;
/** Nodes that are visited in search of cycles, some 0.3 us each: a dense graph of thousands of tasks is not searched to its end. */
const MAX_VISITS = 200_000;

/** How many nodes may still be visited; at 0 the search was cut off. */
export interface SearchBudget {
  left: number;
}

export function searchBudget(): SearchBudget {
  return { left: MAX_VISITS };
}

/**
 * Finds the cycles of agents in which none can continue.
 *
 * A cycle of tasks counts whatever else its agents could do. An agent that only waits because of its tasks answers messages
 * as long as one of its tasks can continue. A cycle needs at least one wait that is declared.
 *
 * @param budget what is left of it afterwards shows whether the search was complete
 * @returns the agents of each cycle in the order of waiting, beginning with the first by name; cycles that are declared
 *   throughout first, then the shorter ones; at most 50
 */
export function findWaitCycles(
  holds: readonly Hold[],
  tasks: readonly AssignedTask[],
  budget: SearchBudget = searchBudget(),
): string[][] {
  const stuck = findStuck(holds, tasks);
  const byTasks = arcsOfTasks(tasks, stuck);
  const arcsOf = (inferred: boolean) =>
    [...stuck.holds]
      .filter((hold) => hold.inferred === inferred)
      .flatMap(({ from, to }) => to.map((other): Arc => [agentNode(from), agentNode(other)]));
  const declared = [...byTasks, ...arcsOf(false)];
  const inferred = arcsOf(true);
  const cycles = shortestCycles(declared, declared, MAX_CYCLES, budget);
  if (inferred.length > 0) cycles.push(...shortestCycles([...declared, ...inferred], declared, MAX_CYCLES, budget));
  const assignees = new Map(tasks.map(({ id, assignee }) => [taskNode(id), assignee]));
  const waitCycles = new Map<string, string[]>();
  for (const waitCycle of cycles.flatMap((cycle) => waitCyclesAlong(cycle, assignees)).map(fromFirst)) {
    waitCycles.set(JSON.stringify(waitCycle), waitCycle);
  }
  return [...waitCycles.values()].slice(0, MAX_CYCLES);
}

interface Stuck {
  agents: ReadonlySet<string>;
  tasks: ReadonlySet<string>;
  /** Waits that no agent could end that can continue. */
  holds: ReadonlySet<Hold>;
  /** Agents that something else than their tasks blocks. */
  held: ReadonlySet<string>;
}

/** Removes what can continue until nothing more can; costs the same for each hold and task, however they are connected. */
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
  /** Agents with a task that can continue. */
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

/** @returns items by key, groups in the order of their first item; an item may have several keys */
export function groupedBy<Item>(
  items: readonly Item[],
  keysOf: (item: Item) => readonly string[],
): Map<string, Item[]> {
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
    // An agent that something else blocks does not continue with its tasks either; an agent that only its tasks block can
    // be waited for through any of them.
    ...(stuck.held.has(assignee) ? [[taskNode(id), agentNode(assignee)] as const] : []),
    ...(stuck.agents.has(assignee) && !stuck.held.has(assignee) ? [[agentNode(assignee), taskNode(id)] as const] : []),
  ]);
}

const agentNode = (id: string) => `agent ${id}`;
const taskNode = (id: string) => `task ${id}`;

/** Splits a cycle of agents and tasks into cycles of agents: it may reach the same agent again through another task. */
function waitCyclesAlong(cycle: readonly string[], assignees: ReadonlyMap<string, string>): string[][] {
  const waitCycles: string[][] = [];
  const way: string[] = [];
  for (const node of cycle) {
    const agent = assignees.get(node) ?? node.slice(agentNode('').length);
    const before = way.indexOf(agent);
    if (before !== -1) waitCycles.push(way.splice(before));
    way.push(agent);
  }
  return [...waitCycles, way].filter(({ length }) => length > 1);
}

/**
 * Finds for each arc the shortest cycle through it, every cycle once.
 *
 * @param arcs of a directed graph
 * @param through the arcs to search for
 * @param most the largest number of cycles
 * @returns the nodes of each cycle in the order of the arcs, beginning with the first by name; shorter cycles first, then by
 *   name. Of a graph that takes more than 200,000 steps only the cycles found by then
 */
export function shortestCycles(
  arcs: readonly Arc[],
  through: readonly Arc[],
  most: number,
  budget: SearchBudget = searchBudget(),
): string[][] {
  const next = new Map<string, string[]>();
  for (const [from, to] of [...arcs].sort(byNames)) {
    const others = next.get(from);
    if (!others) next.set(from, [to]);
    else if (others.at(-1) !== to) others.push(to);
  }
  const found = new Map<string, string[]>();
  const component = components(next);
  for (const [from, to] of [...through].sort(byNames)) {
    // Outside of its strongly connected component no path leads back.
    if (component.get(from) !== component.get(to)) continue;
    const way = shortestWay(to, from, next, component, budget);
    if (budget.left <= 0) break;
    if (!way) continue;
    const cycle = fromFirst(way);
    found.set(JSON.stringify(cycle), cycle);
    if (found.size === most) break;
  }
  return [...found.values()].sort((one, other) => one.length - other.length || byNames(one, other));
}

function byNames(one: readonly string[], other: readonly string[]): number {
  for (const [index, name] of one.entries()) {
    const against = other[index] ?? '';
    if (name !== against) return name < against ? -1 : 1;
  }
  return 0;
}

/** @returns the nodes from one to another, both included, by the fewest arcs; the first such path by name */
function shortestWay(
  from: string,
  to: string,
  next: ReadonlyMap<string, readonly string[]>,
  component: ReadonlyMap<string, number>,
  budget: SearchBudget,
): string[] | null {
  const before = new Map<string, string | null>([[from, null]]);
  // The map grows during its iteration, in the order of the distance.
  for (const node of before.keys()) {
    if (node === to) {
      const way: string[] = [];
      for (let at: string | null = to; at !== null; at = before.get(at) ?? null) way.push(at);
      return way.reverse();
    }
    const others = next.get(node) ?? [];
    budget.left -= 1 + others.length;
    if (budget.left <= 0) return null;
    for (const other of others) {
      if (!before.has(other) && component.get(other) === component.get(from)) before.set(other, node);
    }
  }
  return null;
}

/**
 * Tarjan's algorithm without recursion: long chains would overflow the stack.
 *
 * @returns for each node the number of its strongly connected component
 */
function components(next: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const component = new Map<string, number>();
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  for (const start of next.keys()) {
    if (order.has(start)) continue;
    const path: { node: string; others: Iterator<string> }[] = [];
    const enter = (node: string) => {
      lowest.set(node, order.size);
      order.set(node, order.size);
      open.push(node);
      path.push({ node, others: (next.get(node) ?? [])[Symbol.iterator]() });
    };
    enter(start);
    for (let at = path.at(-1); at; at = path.at(-1)) {
      const { node, others } = at;
      const { value: other, done } = others.next();
      if (!done) {
        if (!order.has(other)) enter(other);
        else if (!component.has(other)) lower(lowest, node, order.get(other));
        continue;
      }
      path.pop();
      const above = path.at(-1);
      if (above) lower(lowest, above.node, lowest.get(node));
      if (lowest.get(node) !== order.get(node)) continue;
      for (let member = open.pop(); member !== undefined; member = open.pop()) {
        component.set(member, order.get(node) as number);
        if (member === node) break;
      }
    }
  }
  return component;
}

function lower(lowest: Map<string, number>, node: string, to = Number.POSITIVE_INFINITY): void {
  lowest.set(node, Math.min(lowest.get(node) ?? to, to));
}

/** Rotates a cycle so that it begins with its first member by name. */
function fromFirst(waitCycle: readonly string[]): string[] {
  const first = waitCycle.reduce((least, name, index) => (name < (waitCycle[least] ?? '') ? index : least), 0);
  return [...waitCycle.slice(first), ...waitCycle.slice(0, first)];
}
