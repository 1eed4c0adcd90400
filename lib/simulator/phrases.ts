/**
 * The texts of agents. Sentences are drawn from templates with slots and joined with remarks, code, tables and lists,
 * so that thousands of messages read like one team's conversation and hardly two are equal.
 */
import { FAULTS, ROLES, WORDS } from './codebase';
import type { Random } from './random';

/** The values that a scene fixes for its sentences. */
export type Slots = Readonly<
  Partial<Record<'file' | 'other' | 'feature' | 'role' | 'skill' | 'problem' | 'cause' | 'remedy', string>>
> & {
  /** The place of a question and its answer in their lists; drawn where it is left out. */
  readonly exchange?: number;
};

const TEMPLATES = {
  hello: [
    'Hello, I am the {role} agent. I read the log and will start with {file} unless somebody is on it.',
    'Joined as {role}. Branch `{branch}` is checked out, the tests pass in {seconds} s. What is most urgent?',
    'Ready to work as {role}. I know {feature}, nothing else yet.',
  ],
  started: [
    'Locked {file}, working on {feature}.',
    'Taking {file}. Plan: {remedy}.',
    'Starting on {feature}: {problem}. I suspect that {cause}.',
    'I have {file} for about {minutes} minutes; the signature of `{symbol}` will change.',
    'I have {file}. First a failing test, then the fix for `{symbol}`.',
  ],
  progress: [
    'Halfway through {feature}: `{symbol}` is done, {count} call sites left.',
    'Found it: {cause}. In {file}, line {line}.',
    'Reproduced on `{branch}`: {problem}. It happens in {count} of {many} runs.',
    '`{endpoint}` now answers in {ms} ms, before it was {slow} ms.',
    'Migration of `{table}` ran against the copy: {many} rows in {seconds} s.',
    'Note for all: `{symbol}` moves to {file} with commit {commit}. Imports keep working for now.',
  ],
  // The answer to a question has the same place in the list below.
  question: [
    'Who calls `{symbol}` with null? I see {count} places in {file} that expect it.',
    'Is {file} still generated, or do we edit it by hand now?',
    'For {feature}: should `{endpoint}` be idempotent by header or by a hash of the body?',
    'When {problem}, what should a customer see?',
    'Can I drop the column in `{table}`, or does the export still read it?',
    'Which time zone do dates in `{table}` have? The test says UTC, {file} says local.',
    'Do we keep `{symbol}` for old clients? It costs us {ms} ms on every request.',
    'In which unit are the prices in `{table}`? {file} seems to mix cents and euros.',
  ],
  answer: [
    'No one since {commit}. It is safe to remove.',
    'By hand since {commit}. The generator is gone.',
    'By header. A hash of the body changes as soon as the order of its fields does.',
    'A short note and a retry button. The real fix comes with {feature}: {remedy}.',
    'The export reads it until the release. You can drop it after that.',
    'UTC everywhere. If you see local times, that is a bug in {file}.',
    'Keep it until the release; two clients still use it.',
    'Integer cents, with the ISO code next to it. See `{symbol}` in {file}.',
  ],
  reviewRequest: [
    'Please review {file} at {commit}: {remedy}. {count} files, +{many} -{line}.',
    '{feature} is ready for review on `{branch}`. Check `{symbol}` most carefully, I am least sure there.',
    'Review wanted before I release the lock: {file}. Does the change to `{endpoint}` break anyone?',
  ],
  reviewFeedback: [
    '{file}:{line}: {problem}. I think that {cause}. The rest is good.',
    'Three remarks on {commit}:\n1. `{symbol}` does two things; split it.\n2. {Cause}.\n3. The test name says *what*, please say *why*.',
    'Approved with one wish: {remedy}.',
    'Not yet: with {count} concurrent requests {problem}. A test for that would have shown it.',
    'Reads well. `{symbol}` could be private, and line {line} of {file} has a dead branch.',
  ],
  challenge: [
    'Do we really need `{symbol}`? The platform has it since Node 20.',
    'Are you sure that {cause}? The trace shows the same fault without it.',
    'Why a new table and not a column in `{table}`? {count} joins more on every page.',
    'That fixes the symptom only. The reason is that {cause}. I would rather {remedy}.',
    'Snapshot tests for {file} again? They went stale {count} times this month.',
  ],
  defence: [
    'Fair point. I will {remedy} instead.',
    'I measured it: {ms} ms against {slow} ms over {many} runs. Keeping it.',
    'You are right: {cause}. I revert {commit}.',
    'Because {problem} otherwise. I added that as a comment in {file}.',
  ],
  blocked: [
    'Blocked: I need {file} for {feature}, and {other} has locked it.',
    'Waiting for {other}: {file} is locked and `{symbol}` lives there. Could you release it or merge what you have?',
    'I cannot run the tests: {problem}. {other}, your change in {file} seems related.',
  ],
  unblocked: [
    '{file} is free now, pushed as {commit}. Go ahead, {other}.',
    'I am done with {file} and released the lock. `{symbol}` returns a promise now.',
    'Released. I kept your call in {file} working, no merge needed.',
  ],
  completed: [
    '{feature} is done: {commit} on `{branch}`. {many} tests, all green.',
    'Finished with {file}, as agreed: {remedy}.',
    'Fixed: {problem}. The reason: {cause}. I added a test and released the lock.',
    '`{endpoint}` is live behind the flag. p95 {ms} ms.',
  ],
  capabilityQuery: [
    'Who can help with {skill}? It is about {feature}, an hour at most.',
    'I need somebody who knows {skill}: {problem}.',
  ],
  capabilityResponse: [
    'I can: {skill}. Free in {minutes} minutes, {file} comes first.',
    '{skill} is mine. Send me `{branch}` and the failing case.',
    'Some experience with {skill}, but {other} knows `{symbol}` better.',
  ],
  delegation: [
    '{other}, please take {feature}. {Remedy}. Keep `{symbol}` stable, others build on it.',
    'New task for {other}: {problem}. Start in {file}.',
  ],
  accepted: ['Got it, starting with {file}.', 'Accepted. Estimate: {minutes} minutes.', 'OK, I take it. {file} first.'],
  taskResult: [
    '{feature} works now, see {commit}. {many} tests, {percent} % coverage.',
    'Done as asked: {remedy}. The old fault is gone: {problem}.',
    'This failed: {cause}. I need a decision about `{table}` before I continue.',
  ],
  conflict: [
    'We both change `{symbol}`: you in {file}, I for {feature}.',
    'I need the same lines of {file} that you are changing. One of us has to wait.',
    '`{branch}` and yours both renumber the migration of `{table}`.',
  ],
  negotiation: [
    'Proposal: you finish {file}, I rebase on {commit} and take `{symbol}` afterwards.',
    'I can narrow my lock to {file} if you leave `{table}` alone for {minutes} minutes.',
    'Let us move `{symbol}` to its own file, then neither of us waits.',
  ],
  agreed: ['Agreed. You first.', 'Works for me: {remedy}.', 'Good. I tell you when {file} is free.'],
  contextUpdate: [
    'Context for {feature}: decided to {remedy}. Reason: {cause}.',
    'Update: `{endpoint}` is now the only way to change `{table}`. Docs follow in {file}.',
    'Shared context changed: {problem} is out of scope for this release.',
  ],
  announcement: [
    'Lock before you edit, release when you leave. {count} locks were older than five minutes this hour.',
    'Freeze of `{branch}` in {minutes} minutes. Please push what is green.',
    'CI is {percent} % slower since {commit}; {cause}. Fix is on the way.',
    'The main branch is red: {problem}. Please do not merge now.',
    'The main branch is green again with {commit}. Thanks, {other}.',
  ],
  acknowledged: ['Read and understood.', 'Thank you, I will do that.', 'Yes, {file} is next.', 'Thanks, noted.'],
  returned: [
    'Back again, my pane was moved. Still on {file}.',
    'Sorry, the context was compacted. Rereading {file}, then I go on.',
  ],
  takeover: [
    '{other} has not been seen for a while and left {file} locked. I remove that lock.',
    '{other} is gone and left a lock on {file}. I remove it; the unfinished change is stashed as {commit}.',
  ],
  multilingual: [
    'Übersetzung von {feature} fertig: „Zur Kasse“, „Gutschein einlösen“, Größe/Maße geprüft. {count} Texte offen.',
    '日本語の文言を更新しました：「カートに入れる」「お届け先」。{file} の {line} 行目を確認してください。',
    'النص العربي جاهز: «إتمام الشراء» — اتجاه RTL مضبوط في {file} ({count}/{many}).',
    'התרגום לעברית מוכן: "הוסף לעגלה". בדקו את הכיוון ב־{file} שורה {line}.',
    '结账页面已翻译：“优惠码无效”。{count} 个字符串超出按钮宽度，见 {file}。',
    'Emoji in product names break `{symbol}`: 👩‍💻🧑🏽‍🚒🏳️‍🌈 count as {count} characters, é (e\u0301) as two. {Remedy}.',
    'Prix « 1 234,56 € » : espace insécable U+202F attendu dans {file}, ligne {line}. ✅',
    'Готово: {feature}. Осталось {count} строк из {many} 🚀',
  ],
} as const satisfies Record<string, readonly string[]>;

export type Topic = keyof typeof TEMPLATES;

/** How many kinds of question there are. */
export const EXCHANGES = TEMPLATES.question.length;

const REMARKS = [
  'Commit {commit}.',
  'Tests: {many} passed, {count} skipped.',
  'See `{symbol}`.',
  'That is line {line}.',
  'No hurry.',
  'Measured {ms} ms.',
  'On `{branch}`.',
  'Relates to {feature}.',
];

/**
 * One message's content on a topic.
 *
 * @param slots what the scene fixes; every other slot is drawn
 */
export function phrase(random: Random, topic: Topic, slots: Slots = {}): string {
  const templates: readonly string[] = TEMPLATES[topic];
  const place = topic === 'question' || topic === 'answer' ? slots.exchange : undefined;
  const text = fill(random, (place === undefined ? null : templates[place]) ?? random.pick(templates), slots);
  const addition = random.pickWeighted<() => string>([
    [55, () => ''],
    [30, () => ` ${fill(random, random.pick(REMARKS), slots)}`],
    [13, () => `\n\n${attachment(random, slots)}`],
    [0.6, () => `\n\n${longReport(random, slots)}`],
  ]);
  return text + addition();
}

function fill(random: Random, template: string, slots: Slots): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const word = slots[name.toLowerCase() as Exclude<keyof Slots, 'exchange'>] ?? drawn(random, name.toLowerCase());
    // A capital in the slot's name asks for one at the start of a sentence.
    return /^[A-Z]/.test(name) ? word.charAt(0).toUpperCase() + word.slice(1) : word;
  });
}

function drawn(random: Random, slot: string): string {
  const words = (WORDS as Record<string, readonly string[]>)[slot];
  if (words) return random.pick(words);
  switch (slot) {
    case 'file':
      return random.pick(random.pick(ROLES).files);
    case 'skill':
      return random.pick(random.pick(ROLES).skills);
    case 'problem':
    case 'cause':
    case 'remedy':
      return random.pick(FAULTS)[slot];
    case 'commit':
      return random.hex(7);
    case 'branch':
      return `${random.pick(['feat', 'fix', 'chore'])}/${random.pick(['cart', 'refunds', 'stock', 'i18n', 'search'])}-${random.integer(100, 999)}`;
    case 'count':
      return String(random.integer(2, 9));
    case 'many':
      return String(random.integer(20, 900));
    case 'line':
      return String(random.integer(3, 480));
    case 'minutes':
      return String(random.integer(5, 45));
    case 'seconds':
      return (random.integer(12, 900) / 10).toFixed(1);
    case 'ms':
      return String(random.integer(2, 95));
    case 'slow':
      return String(random.integer(120, 2400));
    case 'percent':
      return String(random.integer(11, 98));
    default:
      throw new Error(`A template has the slot {${slot}}, which neither the scene nor the word lists fill.`);
  }
}

/** A code block, a diff, a query plan, a table or a list, in Markdown. */
function attachment(random: Random, slots: Slots): string {
  return fill(random, random.pick(ATTACHMENTS), slots);
}

const ATTACHMENTS = [
  '```ts\nexport async function {symbol}(order: Order): Promise<Money> {\n  const lines = await db.lines(order.id);\n  return lines.reduce((sum, line) => sum + line.cents, 0); // was: {cause}\n}\n```',
  '```diff\n--- a/{file}\n+++ b/{file}\n@@ -{line},2 +{line},2 @@\n-  const total = Math.round(price * 1.{percent});\n+  const total = {symbol}(price);\n```',
  "```sql\nSELECT id, total_cents FROM {table}\nWHERE status = 'open' AND created_at > now() - interval '{minutes} minutes'\nORDER BY id;\n-- {ms} ms, Index Scan using {table}_open_idx\n```",
  "```\nTypeError: Cannot read properties of undefined (reading '{symbol}')\n    at {symbol} ({file}:{line}:17)\n    at async handler (src/api/checkout.ts:{count}:5)\n```",
  '| call | before | after |\n|---|---:|---:|\n| `{endpoint}` | {slow} ms | {ms} ms |\n| `{symbol}` | {many} µs | {count} µs |',
  'Left to do:\n- [x] {remedy}\n- [ ] test: "{problem}"\n- [ ] **{feature}** behind the flag\n- [ ] inform _docs_',
  '> {problem}\n\nNo longer, see `{commit}`. Try: `curl -s localhost:3000/health | jq .status`',
  '1. {Remedy}\n2. run `npm test -- {file}`\n3. compare <https://shop.example/builds/{many}>',
];

/** A test run of some kilobytes, as agents paste them; under the 10,240 bytes that the swarm's tool allows. */
function longReport(random: Random, slots: Slots): string {
  const lines = Array.from({ length: random.integer(40, 110) }, (_, index) =>
    fill(random, `${random.chance(0.93) ? '✓' : '✗'} ${index + 1} {symbol}: {problem} ({ms} ms)`, slots),
  );
  return ['```', ...lines, '```'].join('\n');
}
