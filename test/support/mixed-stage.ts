/** Writes the files of the mixed story in the way of the swarm's tool. */
import { mkdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PendingAcks } from '../../lib/simulator/pending-acks';
import { writeRegistry } from '../../lib/simulator/registry-file';
import { lockFileName } from '../../lib/sources/claudeswarm/lock-entry';
import { LOCKS_FOLDER } from '../../lib/sources/claudeswarm/locks';
import { REGISTRY_FILE } from '../../lib/sources/claudeswarm/registry';
import { createLock, LogWriter } from '../../lib/sources/claudeswarm/writer';
import { formatNaiveLocal } from '../../lib/sources/claudeswarm/written-form';
import type { AwaitedAck, Fault, Listed, SaidMessage, Stage, TakenLock } from './mixed-world';

const AWAY = '.away';

export class MixedStage implements Stage {
  readonly #root: string;
  readonly #origin: number;
  readonly #log: LogWriter;
  readonly #acks: PendingAcks;
  /** The newest line of the log. */
  lastLine: Record<string, unknown> = {};

  /** @param origin the clock at the story's second 0, in milliseconds since 1970 */
  constructor(root: string, origin: number) {
    this.#root = root;
    this.#origin = origin;
    this.#log = new LogWriter(root);
    this.#acks = new PendingAcks(root);
    mkdirSync(path.join(root, LOCKS_FOLDER), { recursive: true });
  }

  registryWritten(entries: readonly Listed[], at: number): void {
    const roster = entries.map(({ id, paneIndex, pane, sessionName, status, lastSeen }) => ({
      agent: { id, pid: pane.process.pid, paneIndex, sessionName, tmuxPaneId: pane.tmuxPaneId },
      status,
      lastSeen: this.#instant(lastSeen),
    }));
    writeRegistry(this.#root, roster, this.#instant(at));
  }

  lockTaken({ agentId, filepath, at }: TakenLock): void {
    createLock(this.#root, { agentId, filepath, reason: 'work', now: this.#instant(at) });
  }

  lockRemoved({ filepath }: TakenLock): void {
    rmSync(path.join(this.#root, LOCKS_FOLDER, lockFileName(filepath)), { force: true });
  }

  said({ sender, type, content, recipients, msgId, parent, at }: SaidMessage): void {
    this.lastLine = {
      sender,
      timestamp: formatNaiveLocal(this.#instant(at)),
      msg_type: type,
      content,
      recipients,
      msg_id: msgId,
      ...(parent === undefined ? {} : { parent_msg_id: parent }),
      delivery_status: Object.fromEntries(recipients.map((name) => [name, true])),
      success_count: recipients.length,
      failure_count: 0,
    };
    this.#log.append(this.lastLine);
  }

  ackAwaited({ senderId, ...ack }: AwaitedAck, at: number): void {
    this.#acks.perform({ kind: 'awaitAck', agentId: senderId, ...ack }, this.#instant(at));
    this.#acks.write();
  }

  ackSettled(msgId: string, at: number): void {
    this.#acks.perform({ kind: 'settleAck', msgId }, this.#instant(at));
    this.#acks.write();
  }

  faultBegun({ source, how }: Fault): void {
    const place = this.#sourcePath(source);
    renameSync(place, `${place}${AWAY}`);
    if (how === 'unreadable') writeFileSync(place, '{"agents": [');
  }

  faultEnded({ source, how }: Fault): void {
    const place = this.#sourcePath(source);
    if (how === 'unreadable') unlinkSync(place);
    renameSync(`${place}${AWAY}`, place);
  }

  close(): void {
    this.#log.close();
  }

  #sourcePath(source: Fault['source']): string {
    return path.join(this.#root, source === 'registry' ? REGISTRY_FILE : LOCKS_FOLDER);
  }

  #instant(seconds: number): number {
    return this.#origin + seconds * 1000;
  }
}
