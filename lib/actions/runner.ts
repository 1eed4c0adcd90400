/** Runs commands: each is recorded before its effect and completed after it. */
import type { ActionGroup } from '../contract/action-groups';
import { type Action, ActionRefused, type Caller, type Done } from './action';

interface Options {
  /** The groups that the setting ACTIONS switches on. */
  groups: readonly ActionGroup[];
}

export class ActionRunner {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * Runs a command.
   *
   * @throws {ActionRefused} if it had no effect
   */
  async run<Body, Answer>(action: Action<Body, Answer>, body: Body, caller: Caller): Promise<Done<Answer>> {
    if (!this.#options.groups.includes(action.group)) {
      const detail = `Commands of the group "${action.group}" are switched off; the setting ACTIONS lists those that are on.`;
      throw new ActionRefused('actions_off', detail);
    }
    return action.run(body, caller);
  }
}
