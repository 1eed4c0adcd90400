/** Finds out about agents that a message names: whether they left, were replaced, or are listed elsewhere now. */
import { instantOf } from '../contract/instant';
import type { Agent, DepartedAgent, Sources } from '../contract/schemas';

interface PresenceFacts {
  agents: readonly Agent[];
  departed: readonly DepartedAgent[];
  sources: Pick<Sources, 'registry'>;
  /** Names under which people send messages: the registry never lists them. */
  people?: readonly string[];
}

export class AgentPresence {
  readonly #agents: ReadonlyMap<string, Agent>;
  readonly #departed: ReadonlySet<string>;
  readonly #people: ReadonlySet<string>;
  readonly #isReadable: boolean;

  constructor({ agents, departed, sources, people = [] }: PresenceFacts) {
    this.#people = new Set(people);
    this.#agents = new Map(agents.map((agent) => [agent.id, agent]));
    this.#departed = new Set(departed.map(({ id }) => id).filter((id) => !this.#agents.has(id)));
    this.#isReadable = sources.registry.state === 'ok';
  }

  /**
   * @returns whether the registry was read and does not list that id; false while the registry cannot be read, and for
   *   a person
   */
  isAbsent(id: string): boolean {
    if (this.#people.has(id)) return false;
    return !this.#agents.has(id) && (this.#isReadable || this.#departed.has(id));
  }

  /** @returns whether another process or pane got that id after an instant (milliseconds since 1970) */
  wasReplacedSince(id: string, at: number | null): boolean {
    const began = instantOf(this.#agents.get(id)?.life_began_at ?? null);
    return at !== null && began !== null && began > at;
  }

  /**
   * Describes departed, replaced and moved agents among those that a message names.
   *
   * @param at when the message was sent, milliseconds since 1970
   * @returns sentences, each beginning with a space; empty if there is nothing to say
   */
  remarks(ids: readonly string[], at: number | null): string {
    return [...new Set(ids)].map((id) => this.#remark(id, at)).join('');
  }

  #remark(id: string, at: number | null): string {
    const agent = this.#agents.get(id);
    if (!agent) return this.#departed.has(id) ? ` ${id} has left the registry.` : '';
    if (agent.health === 'moved' && agent.moved_to !== null) return ` ${id} is now ${agent.moved_to}.`;
    if (this.wasReplacedSince(id, at)) return ` ${id} has been replaced since, and the new one may not have seen it.`;
    return agent.health === 'dead' ? ` ${id} is dead.` : '';
  }

  /** The same, and also names agents that a readable registry does not list. */
  remarksOnAll(ids: readonly string[], at: number | null): string {
    return [...new Set(ids)]
      .map((id) => this.#remark(id, at) || (this.isAbsent(id) ? ` ${id} is not in the registry.` : ''))
      .join('');
  }
}
