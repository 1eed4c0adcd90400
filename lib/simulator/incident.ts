/**
 * The incident with which a demo begins: an agent died and holds a file, a second one waits for it, a third one waits
 * for the second, and a conflict breaks out. After some minutes the others clean up.
 */
import { between, type Scene, sayText } from './speech';
import type { Deed, StoryAgent, StoryConflict, World } from './world';

/** Files of no role, so that no other scene locks them. */
const LEDGER = 'src/billing/ledger.ts';
const INVOICES = 'src/billing/invoices.ts';

/** How long ago it began. */
const INCIDENT_MINUTES = 21;
const CONFLICT_AFTER_SECONDS = 4;
const CLEAN_UP_AFTER_SECONDS = 150;

/** A step of the incident that happened before the demo was opened. */
export interface PastDeed {
  deed: Deed;
  /** How long before the present it happened, in seconds. */
  secondsAgo: number;
}

interface Cast {
  dead: StoryAgent;
  waiting: StoryAgent;
  last: StoryAgent;
  tidy: StoryAgent;
  rival: StoryAgent;
}

/**
 * Plans an incident among agents that are present.
 *
 * @returns what happened already, oldest first, the scenes that continue it and all who take part; null with fewer than
 *   5 such agents
 */
export function incident(world: World): { past: PastDeed[]; scenes: Scene[]; cast: StoryAgent[] } | null {
  const [dead, waiting, last, tidy, rival] = world.free();
  if (!dead || !waiting || !last || !tidy || !rival) return null;
  const cast = { dead, waiting, last, tidy, rival };
  // Other scenes leave them alone: a chance message would count as the answer that they wait for.
  for (const agent of [dead, waiting, last]) world.engaged.add(agent.id);
  world.wanted.set(LEDGER, waiting.id).set(INVOICES, last.id);
  return {
    past: [...pastOf(world, cast)],
    scenes: [conflict(world, cast), cleanUp(world, cast)],
    cast: Object.values(cast),
  };
}

function* pastOf(world: World, { dead, waiting, last }: Cast): Generator<PastDeed> {
  const minutes = (count: number, deed: Deed): PastDeed => ({ deed, secondsAgo: count * 60 });
  // What it holds of other scenes would make the story longer.
  for (const filepath of world.heldBy(dead.id)) {
    yield minutes(INCIDENT_MINUTES, { kind: 'release', agentId: dead.id, filepath });
  }
  yield minutes(INCIDENT_MINUTES, acquire(dead, LEDGER, 'one row for each booking'));
  yield minutes(
    20.5,
    message(world, dead, waiting, 'INFO', `Locked ${LEDGER}. I split it into one row for each booking, 15 minutes.`),
  );
  yield minutes(17, acquire(waiting, INVOICES, 'invoice totals from the new ledger'));
  yield minutes(14, message(world, dead, waiting, 'INFO', 'The new rows are written. Two tests are still red.'));
  yield minutes(13, { kind: 'vanish', agentId: dead.id, died: true });
  yield minutes(
    12,
    message(
      world,
      waiting,
      dead,
      'BLOCKED',
      `I need ${LEDGER} for the invoice totals, and you hold the lock. Can you release it or push what you have?`,
    ),
  );
  yield minutes(
    8,
    message(
      world,
      last,
      waiting,
      'BLOCKED',
      `The refund form needs your totals from ${INVOICES}, which you have locked. When can I have the file?`,
    ),
  );
}

/** Two others want the same file. */
function* conflict(world: World, { tidy, rival }: Cast): Scene {
  yield CONFLICT_AFTER_SECONDS;
  const slots = between(world, tidy, 'src/shared/money.ts', rival);
  const noted: StoryConflict = {
    conflict_id: world.random.uuid(),
    conflict_type: 'merge',
    agents_involved: [tidy.id, rival.id],
    resource: slots.file,
    status: 'pending',
  };
  yield { kind: 'conflict', conflict: noted };
  yield* sayText(
    world,
    `We both change \`formatMoney\` in ${slots.file}: you for ${slots.feature}, I for the refunds. Who goes first?`,
    { from: tidy, to: rival, type: 'CONFLICT' },
  );
  yield 40;
  yield { kind: 'conflict', conflict: { ...noted, status: 'resolving' } };
  yield* sayText(world, 'You go first. I rebase on your commit and take the refunds afterwards.', {
    from: rival,
    to: tidy,
    type: 'NEGOTIATION',
  });
  yield 20;
  yield { kind: 'conflict', conflict: { ...noted, status: 'resolved' } };
  yield* sayText(world, 'Agreed, pushed in ten minutes.', { from: tidy, to: rival, type: 'ACK' });
}

/** The dead agent leaves the registry, its lock is removed, and the chain dissolves from its root. */
function* cleanUp(world: World, { dead, waiting, last, tidy }: Cast): Scene {
  yield CLEAN_UP_AFTER_SECONDS;
  yield { kind: 'drop', agentId: dead.id };
  yield 10;
  // A person may have been faster.
  if (world.held.get(LEDGER) === dead.id) {
    yield* sayText(
      world,
      `${dead.id} is dead. I remove its lock on ${LEDGER}; its work is on the branch ledger-rows.`,
      {
        from: tidy,
        to: waiting,
        type: 'INFO',
      },
    );
    yield { kind: 'cleanUp', agentId: dead.id, filepath: LEDGER };
  }
  yield { kind: 'acquire', agentId: waiting.id, filepath: LEDGER, reason: 'finish the invoice totals' };
  yield 30;
  for (const filepath of [LEDGER, INVOICES]) yield { kind: 'release', agentId: waiting.id, filepath };
  yield* sayText(world, `The totals are done. ${INVOICES} is free, go ahead.`, {
    from: waiting,
    to: last,
    type: 'COMPLETED',
  });
  for (const agent of [dead, waiting, last]) world.engaged.delete(agent.id);
  for (const filepath of [LEDGER, INVOICES]) world.wanted.delete(filepath);
}

function acquire(agent: StoryAgent, filepath: string, reason: string): Deed {
  return { kind: 'acquire', agentId: agent.id, filepath, reason };
}

function message(world: World, from: StoryAgent, to: StoryAgent, type: 'INFO' | 'BLOCKED', content: string): Deed {
  return {
    kind: 'message',
    message: {
      sender: from.id,
      msg_type: type,
      content,
      recipients: [to.id],
      msg_id: world.random.uuid(),
      delivery_status: { [to.id]: true },
      success_count: 1,
      failure_count: 0,
    },
  };
}
