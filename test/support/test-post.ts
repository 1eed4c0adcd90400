/** Sends single texts to stand-ins for Claude Code, with short times. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { HeardPrompt } from '../../lib/actions/messages/confirmation';
import { headedText } from '../../lib/actions/messages/content';
import { Courier } from '../../lib/actions/messages/courier';
import { type Attempt, DELIVERY_TIMES, type Final, type Letter, type Reach } from '../../lib/actions/messages/delivery';
import { TargetClaims } from '../../lib/actions/messages/target-claims';
import { ProcPlaces } from '../../lib/sources/processes/process-places';
import { type RunTmux, runTmux } from '../../lib/sources/tmux/run-tmux';
import type { FakeAgent, FakeAgents } from './fake-agents';

const TIMES = {
  ...DELIVERY_TIMES,
  pollMs: 20,
  spacingMs: 50,
  commandMs: 50,
  quietMs: 200,
  confirmMs: 1500,
  enterMs: 1500,
};
export interface Sending {
  reach?: Partial<Reach>;
  asCommand?: boolean;
  run?: RunTmux;
  heard?: HeardPrompt;
  claudeFolder?: string | null;
  places?: Pick<ProcPlaces, 'ancestors' | 'tmuxServer'>;
  /** Waits until something can be done, as the outbox does. */
  retry?: boolean;
}

let count = 0;

export class Post {
  readonly #fakes: FakeAgents;
  readonly notes: string[] = [];
  begun = 0;
  text = '';

  constructor(fakes: FakeAgents) {
    this.#fakes = fakes;
  }

  async send(agent: FakeAgent, content: string, sending: Sending = {}): Promise<Attempt> {
    const {
      asCommand = false,
      run = runTmux,
      heard = null,
      claudeFolder = this.#fakes.claudeFolder,
      retry = false,
      places = new ProcPlaces(),
    } = sending;
    const courier = new Courier({
      ...{ claudeFolder, run, places, claims: new TargetClaims(join(this.#fakes.folder, 'claims')) },
      ...{ heard: () => heard, times: TIMES },
    });
    const message = { sender: `operator-${++count}`, msg_type: 'INFO', content };
    this.text = asCommand ? content : headedText(message, Date.now(), 'UTC');
    const letter: Letter = {
      ...{ sender: message.sender, asCommand, text: () => this.text, signal: new AbortController().signal },
      remainingMs: () => 60_000,
      begin: async () => {
        this.begun += 1;
      },
      undo: async () => {
        this.begun -= 1;
      },
      note: (detail) => this.notes.push(detail),
    };
    for (;;) {
      const attempt = await courier.attempt(agent.reach(sending.reach), letter);
      if (attempt.kind !== 'later' || !retry) return attempt;
      await delay(20);
    }
  }
}

/** Sends one text and waits for its outcome. */
export async function sendTo(fakes: FakeAgents, agent: FakeAgent, content: string, sending: Sending = {}) {
  const post = new Post(fakes);
  const attempt = await post.send(agent, content, sending);
  const final: Final | null = attempt.kind === 'held' ? await attempt.end : attempt.kind === 'final' ? attempt : null;
  return { attempt, final, outcome: final?.outcome ?? attempt.kind, text: post.text, post };
}
