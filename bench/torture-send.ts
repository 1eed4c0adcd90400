/**
 * `npm run torture:send`: sends messages to stand-ins for Claude Code in panes of a real tmux, which open dialogs and
 * begin to work at random moments. Each message must arrive once and whole, and nothing in a dialog. Ends with exit
 * code 1 if anything failed.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Courier } from '../lib/actions/messages/courier';
import { DELIVERY_TIMES, type DeliveryTimes } from '../lib/actions/messages/delivery';
import { MessageRecord } from '../lib/actions/messages/message-record';
import { Outbox } from '../lib/actions/messages/outbox';
import { OutboxStore } from '../lib/actions/messages/outbox-store';
import type { Outgoing } from '../lib/actions/messages/outgoing';
import { type KnownAgents, sendMessage } from '../lib/actions/messages/send-message';
import { TargetClaims } from '../lib/actions/messages/target-claims';
import { ProcPlaces } from '../lib/sources/processes/process-places';
import { tmuxRunner } from '../lib/sources/tmux/run-tmux';
import { FakeAgents, missingTmux } from '../test/support/fake-agents';
import { until } from '../test/support/until';

export interface SendPlan {
  messages: number;
  panes: number;
  /** The rest has a messaging socket. */
  byTmux: number;
  times: DeliveryTimes;
  seed: number;
}

export interface SendResult {
  outcomes: Record<string, number>;
  /** A sentence for each message that arrived twice, in part, or although it is said to have failed. */
  faults: string[];
  dialogs: number;
  /** What was typed in the frame in which a dialog appeared, and was ignored. */
  swallowed: number;
  seconds: number;
}

const LONG: SendPlan = { messages: 1000, panes: 5, byTmux: 5, times: DELIVERY_TIMES, seed: 17 };
export const SHORT: SendPlan = {
  ...{ messages: 40, panes: 3, byTmux: 2, seed: 17 },
  times: { ...DELIVERY_TIMES, pollMs: 40, spacingMs: 100 },
};
const CALLER = { name: 'torture', client: '127.0.0.1' };
const CONTENTS = [
  'Hello.',
  'Two lines:\nthe second ends with \\',
  '/clear is no command here; !ls neither;',
  'ä 日本 👩‍🚀 #{pane_id} $(id)',
  'long '.repeat(300),
];

/** Sends, waits until all outcomes are final, and compares them with what the agents logged. */
export async function tortureSend(plan: SendPlan, progress: (text: string) => void = () => {}): Promise<SendResult> {
  const begun = performance.now();
  const fakes = new FakeAgents();
  try {
    for (let index = 0; index < plan.panes; index += 1) {
      await fakes.start({ seed: plan.seed + index, ...(index >= plan.byTmux && { socket: 'takes' }) });
    }
    const { outbox, errors } = outboxFor(fakes, plan.times);
    const sent = await sendAll(outbox, fakes, plan, progress);
    await until(
      async () => sent.every((one) => one.describe().final),
      (final) => final,
    );
    const faults = [...errors.map(String), ...compare(sent, fakes)];
    await outbox.stop();
    const entries = fakes.agents.flatMap((agent) => agent.entries);
    return {
      ...{ outcomes: countOutcomes(sent), faults, seconds: (performance.now() - begun) / 1000 },
      dialogs: entries.filter((entry) => 'dialog' in entry).length,
      swallowed: entries.filter(({ swallowed }) => swallowed !== undefined).length,
    };
  } finally {
    fakes.stop();
  }
}

function outboxFor(fakes: FakeAgents, times: DeliveryTimes): { outbox: Outbox; errors: unknown[] } {
  const errors: unknown[] = [];
  const courier = new Courier({
    ...{ claudeFolder: fakes.claudeFolder, run: tmuxRunner(4), places: new ProcPlaces(), times },
    ...{ claims: new TargetClaims(join(fakes.folder, 'claims')), heard: () => null },
  });
  const outbox = new Outbox({
    store: new OutboxStore(join(fakes.folder, 'outbox')),
    record: new MessageRecord(fakes.root, 'UTC'),
    reach: (id) => fakes.agents[Number(id)]?.reach() ?? null,
    ...{ courier, zone: 'UTC', typesCommands: true, publish: () => {} },
    onFault: (error: unknown) => errors.push(error),
  });
  return { outbox, errors };
}

async function sendAll(
  outbox: Outbox,
  fakes: FakeAgents,
  { messages }: SendPlan,
  progress: (text: string) => void,
): Promise<Outgoing[]> {
  const agents: KnownAgents = { isKnown: () => true, everyone: () => ({ fault: 'nobody asks' }) };
  const action = sendMessage({ outbox, agents, operatorName: 'operator', answerTimeoutMs: 0 });
  const sent: Outgoing[] = [];
  for (let index = 0; index < messages; index += 1) {
    await until(
      async () => outbox.openCount,
      (open) => open < fakes.agents.length * 4,
    );
    const recipients = [String(index % fakes.agents.length)];
    const content = `#${index}# ${CONTENTS[index % CONTENTS.length]}`;
    const { answer } = await action.run({ recipients, msg_type: 'INFO', content }, CALLER);
    const message = outbox.find(answer.message.id);
    if (message) sent.push(message);
    if (index % 100 === 99) progress(`${index + 1} sent`);
  }
  return sent;
}

function compare(sent: readonly Outgoing[], fakes: FakeAgents): string[] {
  const faults: string[] = [];
  const got = fakes.agents.map((agent) => agent.got.map((text) => text.replace(/\s+/g, ' ')));
  for (const [index, { entries }] of fakes.agents.entries()) {
    for (const { violation } of entries) {
      if (violation !== undefined) faults.push(`agent ${index} got ${JSON.stringify(violation)} in a dialog`);
    }
  }
  const lines = readFileSync(join(fakes.root, 'agent_messages.log'), 'utf8');
  for (const message of sent) {
    const [id = ''] = message.recipients;
    const { outcome, detail } = message.at(id);
    const words = message.kept.content.replace(/\s+/g, ' ').trim();
    const mark = words.slice(0, words.indexOf('# ') + 2);
    const arrived = (got[Number(id)] ?? []).filter((text) => text.includes(mark));
    const isWhole = arrived.length === 1 && arrived[0]?.endsWith(words) === true;
    if (outcome === 'delivered' ? !isWhole : arrived.length > (outcome === 'failed' ? 0 : 1)) {
      faults.push(
        `${mark} is said to be ${outcome} (${detail}) and arrived ${arrived.length} times: ${arrived.join(' | ')}`,
      );
    }
    if (lines.split(`"msg_id": "${message.kept.msgId}"`).length !== 2) faults.push(`${mark} is not once in the log`);
  }
  return faults;
}

function countOutcomes(sent: readonly Outgoing[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const message of sent) {
    const { outcome, detail } = message.at(message.recipients[0] ?? '');
    const name = outcome === 'delivered' ? outcome : `${outcome}: ${detail}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { short: { type: 'boolean' }, messages: { type: 'string' } } });
  const missing = missingTmux();
  if (missing !== null) throw new Error(missing);
  const plan = values.short ? SHORT : { ...LONG, messages: Number(values.messages ?? LONG.messages) };
  const { outcomes, faults, dialogs, swallowed, seconds } = await tortureSend(plan, (text) => console.log(text));
  console.log(`${plan.messages} messages to ${plan.panes} panes in ${seconds.toFixed(0)} s, with ${dialogs} dialogs.`);
  console.log(`Outcomes: ${JSON.stringify(outcomes, null, 2)}`);
  console.log(`Typed in the frame in which a dialog appeared, and ignored by it: ${swallowed}.`);
  for (const fault of faults) console.error(fault);
  console.log(faults.length === 0 ? 'Each arrived once and whole, nothing in a dialog.' : `${faults.length} faults.`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
