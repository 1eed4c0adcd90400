/**
 * Records the messages of agent teams of Claude Code beside those of the log, each once. A process that only follows
 * keeps the newest, and records those that are missing when it takes over.
 */

import type { History } from '../history/history';
import type { AppendedTeam, TeamLine } from '../history/message-writer';
import type { TeamMessage } from '../sources/claude-code/claude-session';

/** The type of these messages, which have none of their own. */
export const TEAM_MESSAGE_TYPE = 'TEAM';

const MAX_KEPT = 1000;
/** One transaction must not last longer than one batch of the log. */
const MAX_PER_STEP = 500;

const NOTHING: AppendedTeam = { kept: [], fields: [] };

export class TeamFeed {
  #waiting: TeamLine[] = [];
  /** The newest that were taken: another history may lack them. */
  #newest: TeamLine[] = [];

  /** Takes messages; the oldest are dropped where more wait than can be kept. */
  take(messages: readonly TeamMessage[]): void {
    const lines = messages.map(teamLine);
    this.#waiting = [...this.#waiting, ...lines].slice(-MAX_KEPT);
    this.#newest = [...this.#newest, ...lines].slice(-MAX_KEPT);
  }

  /** Offers the newest messages to a history that was opened; it leaves out those that it has. */
  begin(): void {
    this.#waiting = [...this.#newest];
  }

  /** Whether messages wait to be recorded. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /**
   * Records the next messages.
   *
   * @param now milliseconds since 1970
   * @param recordedAt the instant from which the age of the messages counts
   * @returns those that are new
   * @throws what SQLite throws; then they still wait
   */
  record(history: History, now: number, recordedAt: number): AppendedTeam {
    if (this.#waiting.length === 0) return NOTHING;
    const appended = history.appendTeam(this.#waiting.slice(0, MAX_PER_STEP), now, recordedAt);
    this.#waiting = this.#waiting.slice(MAX_PER_STEP);
    return appended;
  }
}

function teamLine({ team, key, from, to, text, sentAt, msgId }: TeamMessage): TeamLine {
  const fields = {
    sender: from,
    timestamp: sentAt === null ? null : new Date(sentAt).toISOString(),
    msg_type: TEAM_MESSAGE_TYPE,
    content: text,
    recipients: [to],
    ...(msgId !== null && { msg_id: msgId }),
  };
  return { text: JSON.stringify(fields), fields, team, key };
}
