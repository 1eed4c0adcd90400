/** The commands for messages of a live swarm, wired. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Action } from '../actions/action';
import type { HeardPrompt } from '../actions/messages/confirmation';
import { Courier } from '../actions/messages/courier';
import { DELIVERY_TIMES } from '../actions/messages/delivery';
import { MessageRecord } from '../actions/messages/message-record';
import { Outbox } from '../actions/messages/outbox';
import { OutboxStore } from '../actions/messages/outbox-store';
import { type KnownAgents, sendMessage } from '../actions/messages/send-message';
import { TargetClaims } from '../actions/messages/target-claims';
import { type WithdrawInput, withdrawMessage } from '../actions/messages/withdraw-message';
import type { OutgoingState } from '../contract/action-schemas';
import type { SendMessageBody, SentAnswer, WithdrawnAnswer } from '../contract/message-requests';
import type { RegistryReader } from '../sources/claudeswarm/registry';
import type { ProcPlaces } from '../sources/processes/process-places';
import { tmuxRunner } from '../sources/tmux/run-tmux';
import type { SwarmDescription } from './description';
import { reachAgent } from './message-reach';

export interface MessageSettings {
  /** The sender of messages that name none. */
  operatorName: string;
  /** The folder in which messages are kept until they are delivered. */
  stateFolder: string;
  /** The folder of Claude Code; null where its files are not read. */
  claudeFolder: string | null;
}

export interface MessageActions {
  readonly send: Action<SendMessageBody, SentAnswer>;
  readonly withdraw: Action<WithdrawInput, WithdrawnAnswer>;
  readonly state: OutgoingState;
  /** Continues with the messages of an earlier process; called when the agents are known. */
  start(): void;
  stop(): Promise<void>;
}

interface Options extends MessageSettings {
  root: string;
  zone: string;
  /** Whether messages may be sent: otherwise nothing that an earlier process left is delivered either. */
  isOn: boolean;
  /** Whether commands of Claude Code may be typed. */
  typesCommands: boolean;
  places: Pick<ProcPlaces, 'ancestors' | 'tmuxServer'>;
  description: () => Pick<SwarmDescription, 'agents' | 'contact'>;
  registry: () => Pick<RegistryReader, 'registry' | 'status'>;
  heard: (sessionId: string) => HeardPrompt;
  publish: (state: OutgoingState) => void;
  onFault: (error: unknown) => void;
}

/** Programs of tmux at once, for all messages together. */
const MAX_TMUX_PROGRAMS = 4;

/** Creates them; nothing is sent or read before `start` or a command. */
export function createMessageActions(options: Options): MessageActions {
  const { root, zone, stateFolder, claudeFolder, places, heard, publish, onFault, description } = options;
  const name = createHash('sha256').update(root).digest('hex').slice(0, 16);
  const courier = new Courier({
    ...{ claudeFolder, places, heard, run: tmuxRunner(MAX_TMUX_PROGRAMS), times: DELIVERY_TIMES },
    claims: new TargetClaims(join(stateFolder, 'claims')),
  });
  const outbox = new Outbox({
    ...{ courier, zone, publish, onFault, record: new MessageRecord(root, zone), typesCommands: options.typesCommands },
    store: new OutboxStore(join(stateFolder, 'outbox', name)),
    reach: (id) => reachAgent(id, description()),
  });
  return {
    send: sendMessage({ outbox, agents: knownAgents(options), operatorName: options.operatorName }),
    withdraw: withdrawMessage(outbox),
    get state() {
      return outbox.state;
    },
    start: () => {
      publish(outbox.state);
      if (options.isOn) outbox.start();
    },
    stop: () => outbox.stop(),
  };
}

function knownAgents({ description, registry }: Options): KnownAgents {
  return {
    isKnown: (id) => {
      const { agents, departed } = description().agents;
      return [...agents, ...departed].some((agent) => agent.id === id);
    },
    everyone: () => {
      const { registry: content, status } = registry();
      if (content === null || status.state === 'missing' || status.state === 'unreadable') {
        return { fault: status.reason ?? 'The registry has not been read yet.' };
      }
      // A moved one is reached under its present id.
      const listed = description().agents.agents.filter(
        ({ source, health }) => source === 'registry' && health !== 'moved',
      );
      return { ids: listed.map(({ id }) => id) };
    },
  };
}
