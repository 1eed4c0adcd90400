/**
 * Scenes at the agents' terminals: dialogs for a person, questions at the end of a turn, rests, failed requests and
 * subagents. They draw from a sequence of their own, so that the rest of a story is the same with and without them.
 */
import { FAULTS, WORDS } from './codebase';
import type { PastDeed } from './incident';
import type { Random } from './random';
import type { Scene } from './speech';
import type { StoryAgent, StoryDialog, World } from './world';

const COMMANDS = [
  ['git push --force-with-lease origin guest-checkout', 'Push the rebased branch'],
  ['npm install --save-exact pdf-lib@1.17.1', 'Add the library for invoices'],
  ['psql -f db/migrations/0043_price_history.sql', 'Apply the migration to the local database'],
  ['docker compose -f deploy/compose.yaml up -d database', 'Start the database'],
  ['rm -rf dist && npm run build', 'Build from a clean folder'],
  ['curl -s https://status.example.com/api/v2/status.json', 'Check whether the payment service is down'],
] as const;

const CHOICES = [
  ['Which rounding should the invoice use?', ['Per line', 'Once, on the sum']],
  ['Where should the price history be kept?', ['Its own table', 'A column of the product']],
  ['Should old carts be migrated?', ['Yes, in the background', 'No, let them expire']],
] as const;

const SUBAGENTS = [
  'Find the callers of reserveStock',
  'Review the diff for missing checks',
  'Collect the failing tests',
];

const PROMPTS = ['Yes, go on.', 'Good. Take the next task from the list.', 'Do it, but keep the change small.'];

/**
 * How long the prompt with which the live part begins waits: whoever opens the demo reads the page first, and answers it
 * then.
 */
const FIRST_PROMPT_SECONDS = 300;

/** As many agents stay able to speak. */
export const MIN_FREE = 3;

type TerminalScene = (world: World, agent: StoryAgent, random: Random) => Scene;

/** Scenes in which nobody waits. Weight and scene, as in `SCENES`. */
export const BRIEF_SCENES: readonly (readonly [weight: number, scene: TerminalScene])[] = [
  [2, failure],
  [3, delegation],
];

export const TERMINAL_SCENES: typeof BRIEF_SCENES = [
  ...BRIEF_SCENES,
  [5, permission],
  [2, choice],
  [3, questionAtTheEnd],
  [3, rest],
  [2, backgroundShell],
];

/**
 * Plans what agents wait for when the live part of a story begins: a permission prompt, soon overdue, and a question at
 * the end of a turn.
 *
 * @param taken agents that must stay able to speak
 */
export function openTerminals(
  world: World,
  random: Random,
  taken: readonly StoryAgent[],
): { past: PastDeed[]; scenes: Scene[] } {
  const others = world.free().filter((agent) => !taken.includes(agent) && !world.occupied.has(agent.id));
  const [asking, resting] = others.slice(0, Math.max(0, world.free().length - MIN_FREE));
  const past: PastDeed[] = [];
  const scenes: Scene[] = [];
  if (resting) {
    past.push({ deed: { kind: 'endTurn', agentId: resting.id, text: questionText(random) }, secondsAgo: 150 });
    scenes.push(answerLater(world, resting, random, 120));
  }
  if (asking) {
    past.push({ deed: { kind: 'ask', agentId: asking.id, dialog: command(random) }, secondsAgo: 45 });
    scenes.push(decideLater(world, asking, FIRST_PROMPT_SECONDS));
  }
  for (const agent of [asking, resting]) if (agent) world.engaged.add(agent.id);
  return { past, scenes };
}

function* decideLater(world: World, agent: StoryAgent, seconds: number): Scene {
  yield seconds;
  yield { kind: 'answer', agentId: agent.id, accepted: true };
  world.engaged.delete(agent.id);
}

function* answerLater(world: World, agent: StoryAgent, random: Random, seconds: number): Scene {
  yield seconds;
  yield { kind: 'prompt', agentId: agent.id, text: random.pick(PROMPTS) };
  world.engaged.delete(agent.id);
}

/** An agent needs a permission; a person gives it, or sometimes not. */
function* permission(world: World, agent: StoryAgent, random: Random): Scene {
  if (!(yield { kind: 'ask', agentId: agent.id, dialog: command(random) })) return;
  world.engaged.add(agent.id);
  yield random.integer(8, 80);
  yield { kind: 'answer', agentId: agent.id, accepted: random.chance(0.85) };
  world.engaged.delete(agent.id);
}

function* choice(world: World, agent: StoryAgent, random: Random): Scene {
  const [question, options] = random.pick(CHOICES);
  if (!(yield { kind: 'ask', agentId: agent.id, dialog: { type: 'choice', question, options } })) return;
  world.engaged.add(agent.id);
  yield random.integer(10, 60);
  yield { kind: 'answer', agentId: agent.id, accepted: true };
  world.engaged.delete(agent.id);
}

function* questionAtTheEnd(world: World, agent: StoryAgent, random: Random): Scene {
  yield* pause(world, agent, random, { text: questionText(random), seconds: random.integer(20, 90) });
}

function* rest(world: World, agent: StoryAgent, random: Random): Scene {
  const text = `Done: ${random.pick(WORDS.feature)} works, and all tests pass.`;
  yield* pause(world, agent, random, { text, seconds: random.integer(15, 60) });
}

function* backgroundShell(world: World, agent: StoryAgent, random: Random): Scene {
  const text = 'The build runs in the background. I continue when it has ended.';
  yield* pause(world, agent, random, { text, seconds: random.integer(10, 40), shell: true });
}

function* pause(
  world: World,
  agent: StoryAgent,
  random: Random,
  { text, seconds, shell }: { text: string; seconds: number; shell?: true },
): Scene {
  if (!(yield { kind: 'endTurn', agentId: agent.id, text, ...(shell && { shell }) })) return;
  world.engaged.add(agent.id);
  yield* answerLater(world, agent, random, seconds);
}

function* failure(_world: World, agent: StoryAgent): Scene {
  yield { kind: 'apiError', agentId: agent.id };
}

function* delegation(_world: World, agent: StoryAgent, random: Random): Scene {
  yield { kind: 'delegate', agentId: agent.id, description: random.pick(SUBAGENTS) };
}

function command(random: Random): StoryDialog {
  const [text, description] = random.pick(COMMANDS);
  return { type: 'permission', command: text, description };
}

function questionText(random: Random): string {
  const { problem, remedy } = random.pick(FAULTS);
  return `I found it: ${problem}. The remedy is to ${remedy}. Should I do that now?`;
}
