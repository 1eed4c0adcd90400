import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { generateStory, type StoryAction } from './story';

const AFTER = 100;
const MESSAGES = 2000;
/** Small groups among them, in which nearly all may wait at once. */
const STORIES = Array.from({ length: 16 }, (_, seed) => ({
  seed,
  agents: seed % 2 === 0 ? undefined : 3 + (seed % 4),
}));

function play(options: Parameters<typeof generateStory>[0]): StoryAction[] {
  const actions: StoryAction[] = [];
  let messages = 0;
  for (const action of generateStory(options)) {
    actions.push(action);
    if (action.kind === 'message') messages += 1;
    if (messages === MESSAGES) break;
  }
  return actions;
}

/** The agent that writes or locks; null for other actions. */
function doerOf(action: StoryAction): string | null {
  if (action.kind === 'message') return action.message.sender;
  return action.kind === 'acquire' || action.kind === 'release' ? action.agentId : null;
}

describe('scenes at terminals', () => {
  it('generateStory(): without them no story has such deeds', () => {
    const kinds = new Set(play({ seed: 1 }).map(({ kind }) => kind));
    for (const kind of ['ask', 'answer', 'endTurn', 'prompt', 'apiError', 'delegate'] as const) {
      assert.ok(!kinds.has(kind), kind);
    }
  });

  it('generateStory(): an agent does nothing while it waits for a person, and every wait ends', () => {
    for (const { seed, agents } of STORIES) {
      const waits = new Map<string, number>();
      let first: string | null = null;
      for (const action of play({ seed, agents, terminalsAfter: AFTER })) {
        assert.ok(!waits.has(doerOf(action) ?? ''), `seed ${seed}: ${doerOf(action)} ${action.kind}`);
        if (action.kind === 'ask' || action.kind === 'endTurn') {
          assert.ok(!waits.has(action.agentId));
          waits.set(action.agentId, action.at);
          if (action.kind === 'ask' && action.secondsAgo !== undefined) first = action.agentId;
        }
        if (action.kind === 'answer' || action.kind === 'prompt') {
          if (action.agentId === first) first = null;
          assert.ok(waits.delete(action.agentId));
        }
        for (const [agentId, since] of waits) {
          assert.ok(action.at - since < (agentId === first ? 350 : 150), `seed ${seed}: ${agentId}`);
        }
      }
    }
  });

  it('generateStory(): most agents stay able to speak, so that the story goes on at its speed', () => {
    for (const { seed, agents } of STORIES) {
      const end = play({ seed, agents, terminalsAfter: AFTER }).at(-1)?.at ?? 0;
      assert.ok(MESSAGES / end > 0.9 && MESSAGES / end < 1.1, `seed ${seed}: ${MESSAGES / end} messages a second`);
    }
  });

  it('generateStory(): the live part begins with a permission prompt and a question, each some time old', () => {
    for (const seed of [1, 2, 11]) {
      const past = play({ seed, incidentAfter: AFTER, terminalsAfter: AFTER }).filter(
        ({ secondsAgo }) => secondsAgo !== undefined,
      );
      assert.deepEqual(
        past.slice(-2).map((action) => [action.kind, action.secondsAgo]),
        [
          ['endTurn', 150],
          ['ask', 45],
        ],
      );
    }
  });

  it('generateStory(): the prompt with which the live part begins waits long enough for a viewer to answer it', () => {
    for (const seed of [1, 2, 11]) {
      const actions = play({ seed, incidentAfter: AFTER, terminalsAfter: AFTER });
      const asked = actions.findIndex((action) => action.kind === 'ask' && action.secondsAgo !== undefined);
      const [ask, ...later] = actions.slice(asked);
      assert.ok(ask?.kind === 'ask');
      const answer = later.find((action) => action.kind === 'answer' && action.agentId === ask.agentId);
      assert.ok(answer && answer.at - ask.at >= 240, `seed ${seed}: ${answer?.at} after ${ask.at}`);
    }
  });
});
