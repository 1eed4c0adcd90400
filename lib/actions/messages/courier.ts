/** One attempt to deliver one text to one agent: by the messaging socket of its session, otherwise by its terminal. */
import { readSessionNow } from '../../sources/claude-code/session-now';
import type { SessionPlace } from '../../sources/claude-code/transcript-tail';
import type { ProcPlaces } from '../../sources/processes/process-places';
import type { RunTmux } from '../../sources/tmux/run-tmux';
import { Confirmation, type HeardPrompt } from './confirmation';
import { type Attempt, type DeliveryTimes, failed, type Letter, later, type Reach } from './delivery';
import { PaneDelivery } from './pane-delivery';
import { findPane, sessionHindrance } from './pane-place';
import { deliverBySession } from './session-delivery';
import { type TargetClaims, targetKey } from './target-claims';

export interface CourierOptions {
  /** The folder of Claude Code; null where its files are not read. */
  claudeFolder: string | null;
  run: RunTmux;
  places: Pick<ProcPlaces, 'ancestors' | 'tmuxServer'>;
  claims: TargetClaims;
  heard: (sessionId: string) => HeardPrompt;
  times: DeliveryTimes;
}

/** What the file of a session said when it was read last, which is right before each step. */
interface Sight {
  status: string | null;
}

export class Courier {
  readonly #options: CourierOptions;

  constructor(options: CourierOptions) {
    this.#options = options;
  }

  /** Tries once. Never throws for what the agent or its terminal does. */
  async attempt(reach: Reach, letter: Letter): Promise<Attempt> {
    if (reach.gone !== null) return failed(reach.gone);
    const { session } = reach;
    const sight: Sight = { status: reach.session?.status ?? null };
    const hindered = await this.#hindrance(reach, sight);
    if (hindered !== null) return later(hindered);
    const claim = await this.#options.claims.claim(targetKey(reach));
    if (claim === null)
      return later('Another message is just being written to it, or to an agent that takes turns with it.');
    try {
      const confirmation = await this.#confirmation(reach, sight);
      const path = letter.asCommand ? null : (session?.messagingSocketPath ?? null);
      let unsent: string | null = null;
      if (path !== null) {
        await claim.spaced(this.#options.times.spacingMs, letter.signal);
        // The wait may have been long enough for a prompt to open.
        const since = await this.#hindrance(reach, sight);
        if (since !== null) return later(since);
        const sent = await deliverBySession(path, letter, confirmation, this.#options.times);
        if (!('unsent' in sent)) {
          await claim.note();
          return sent;
        }
        unsent = sent.unsent;
      }
      return await this.#byPane({ reach, sight }, letter, confirmation, unsent);
    } finally {
      await claim.release();
    }
  }

  async #byPane(
    { reach, sight }: { reach: Reach; sight: Sight },
    letter: Letter,
    confirmation: Confirmation,
    unsent: string | null,
  ): Promise<Attempt> {
    const { run, times } = this.#options;
    const found = await findPane(reach, this.#options);
    if ('fault' in found) return failed(unsent === null ? found.fault : `${unsent} ${found.fault}`);
    const delivery = new PaneDelivery({
      ...{ run, target: found, letter, confirmation, times, runsClaude: reach.runsClaude, claudePid: reach.claudePid },
      hindrance: () => this.#hindrance(reach, sight),
    });
    return delivery.deliver();
  }

  /** @returns why nothing may be sent now, a sentence; null if it may */
  #hindrance(reach: Reach, sight: Sight): Promise<string | null> {
    return sessionHindrance(this.#options.claudeFolder, reach, (status) => {
      sight.status = status;
    });
  }

  async #confirmation(reach: Reach, sight: Sight): Promise<Confirmation> {
    const { claudeFolder, heard, times } = this.#options;
    return Confirmation.begin({
      folder: claudeFolder ?? '',
      place: async () => (claudeFolder === null ? null : this.#place(claudeFolder, reach)),
      ...{ heard, times, isBusy: () => sight.status === 'busy' },
    });
  }

  /** `/clear` gives a session another id and another transcript. */
  async #place(folder: string, { session, transcript }: Reach): Promise<SessionPlace | null> {
    if (session === null) return transcript;
    const now = await readSessionNow(folder, session.pid);
    const { sessionId, cwd } = now.kind === 'read' ? now.session : session;
    return sessionId === null ? null : { sessionId, cwd };
  }
}
