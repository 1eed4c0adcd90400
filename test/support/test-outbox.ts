/** Outboxes whose agents are functions, with a folder of their own. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Attempt, type Letter, later, type Reach } from '../../lib/actions/messages/delivery';
import { MessageRecord } from '../../lib/actions/messages/message-record';
import { Outbox } from '../../lib/actions/messages/outbox';
import { type KeptMessage, OutboxStore } from '../../lib/actions/messages/outbox-store';
import { waitingDelivery } from '../../lib/actions/messages/outgoing';
import type { OutgoingState } from '../../lib/contract/action-schemas';
import { until } from './until';

export const DELIVERED: Attempt = {
  kind: 'final',
  outcome: 'delivered',
  via: 'session',
  detail: 'The session took it.',
};
const REACH: Reach = {
  life: 'pid 1',
  gone: null,
  session: null,
  pane: null,
  transcript: null,
  runsClaude: true,
  claudePid: null,
};

/** What an agent does with a letter. */
type Deliver = (letter: Letter, text: string) => Promise<Attempt>;

export const takes: Deliver = async (letter) => {
  await letter.begin('session');
  return DELIVERED;
};
export const waits: Deliver = async () => later('It waits at a prompt (permission prompt).');

export class TestBox {
  /** The texts that were sent, in order. */
  readonly sent: string[] = [];
  readonly faults: unknown[] = [];
  readonly outbox: Outbox;
  state: OutgoingState = { messages: [] };
  deliver: Deliver;
  /** Of every agent. */
  life = 'pid 1';

  constructor(root: string, deliver: Deliver, shownMs: number, typesCommands: boolean) {
    this.deliver = deliver;
    this.outbox = new Outbox({
      store: new OutboxStore(join(root, 'outbox')),
      courier: {
        attempt: async (_, letter) => {
          const text = letter.text();
          const attempt = await this.deliver(letter, text);
          if (attempt.kind !== 'later') this.sent.push(text.replace(/^.*: /s, ''));
          return attempt;
        },
      },
      record: new MessageRecord(root, 'UTC'),
      reach: (id) => (id === 'gone' ? null : { ...REACH, life: this.life }),
      zone: 'UTC',
      typesCommands,
      publish: (state) => {
        this.state = state;
      },
      onFault: (error) => this.faults.push(error),
      times: { retryMs: 5, shownMs, adoptMs: 20 },
    });
  }

  /** Waits until a message is final. */
  async isFinal(id: string): Promise<void> {
    await until(
      async () => this.outbox.find(id)?.describe().final,
      (final) => final === true,
    );
  }

  deliveries(id: string) {
    return this.state.messages.find((one) => one.id === id)?.deliveries ?? {};
  }
}

/** A message that waits for its turn. */
export function keptMessage(id: string, recipients: string[], more: Partial<KeptMessage> = {}): KeptMessage {
  const at = Date.now();
  return {
    ...{ id, at, expiresAt: at + 600_000, sender: 'operator', msgType: 'INFO', content: id },
    ...{ requiresAck: false, asCommand: false, msgId: `msg-${id}`, parentMsgId: null, logged: 'no', logDetail: null },
    deliveries: Object.fromEntries(recipients.map((one) => [one, waitingDelivery('It waits for its turn.')])),
    ...more,
  };
}

export class OutboxFolder {
  readonly root = mkdtempSync(join(tmpdir(), 'outbox-'));
  readonly #boxes: TestBox[] = [];

  box(deliver: Deliver, shownMs = 60_000, typesCommands = true): TestBox {
    const box = new TestBox(this.root, deliver, shownMs, typesCommands);
    this.#boxes.push(box);
    return box;
  }

  logLines(): Record<string, unknown>[] {
    try {
      const lines = readFileSync(join(this.root, 'agent_messages.log'), 'utf8').trim().split('\n');
      return lines.map((line) => JSON.parse(line));
    } catch {
      return [];
    }
  }

  /** The files of messages. */
  kept(): string[] {
    const names = readdirSync(join(this.root, 'outbox'), { recursive: true, encoding: 'utf8' });
    return names.filter((name) => name.endsWith('.json'));
  }

  async remove(): Promise<void> {
    await Promise.all(this.#boxes.map((box) => box.outbox.stop()));
    rmSync(this.root, { recursive: true, force: true });
  }
}
