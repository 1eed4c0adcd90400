import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examples } from '../contract/examples';
import { pastExamples } from '../contract/past-examples';
import { pastState } from '../contract/past-schemas';
import { blankMessage, blankSpan, blankState, blankThing, nameOfRoot, withoutPaths, withoutRoots } from './redact';

test('blankMessage(): sender, time and recipients are kept; of a text only its length', () => {
  const message = {
    sender: 'agent-1',
    timestamp: '2026-01-01T00:00:00',
    msg_type: 'INFO',
    content: 'four',
    recipients: ['agent-2'],
    delivery_status: { 'agent-2': true },
    task: { objective: 'secret' },
    mood: 'a field of tomorrow',
  };
  assert.deepEqual(blankMessage(message), {
    ...message,
    content: '(4 characters left out)',
    task: '(left out)',
    mood: '(19 characters left out)',
  });
});

test('blankMessage(): a kept field with a deeply nested text is removed', () => {
  assert.equal(blankMessage({ recipients: [[[['secret']]]] }).recipients, '(left out)');
});

test('blankThing(): free texts of journal entries are removed, and null stays null', () => {
  const lock = { lock_file: 'a.lock', agent_id: 'agent-1', filepath: 'src/a.ts', reason: 'why', stale: null };
  assert.deepEqual(blankThing('lock', lock), { ...lock, reason: '(3 characters left out)' });
  assert.equal(blankThing('lock', { ...lock, reason: null }).reason, null);
  assert.deepEqual(blankThing('agent', { id: 'agent-1', current_task: 'x' }), {
    id: 'agent-1',
    current_task: '(1 character left out)',
  });
  assert.equal(blankThing('attention', { reason: 'It said "secret".' }).reason, '(17 characters left out)');
});

test('blankState(): the state stays complete, without texts of agents and names of people', () => {
  const { state } = pastExamples;
  const [agent] = state.agents.agents;
  const [entry] = state.attention.attention;
  assert.ok(agent && entry);
  const said = { seq: 1, msg_type: 'INFO', excerpt: 'secret plan', sent_at: null };
  const at = state.at;
  const blank = blankState({
    ...state,
    agents: {
      ...state.agents,
      agents: [
        {
          ...{ ...agent, last_message: said, moved_to: 'agent-7', life_began_at: at },
          card: { name: 'secret plan', role: null },
          blocked: { since: at, reason: 'It waits: "secret plan"', waits_for: ['agent-7'] },
        },
      ],
      departed: [{ ...agent, last_message: said, left_at: at, left_reason: 'It left.' }],
    },
    attention: {
      ...state.attention,
      attention: [
        {
          ...entry,
          why: { ...entry.why, facts: ['It said "secret plan".'] },
          acknowledged: { by: 'ada', at },
          snoozed: { by: 'ada', at, until: null },
        },
      ],
    },
  });
  assert.ok(!/secret plan|ada/.test(JSON.stringify(blank)));
  const { agents, attention, sources } = pastState.parse(blank);
  assert.equal(agents.agents[0]?.last_message?.excerpt, '(11 characters left out)');
  assert.deepEqual(agents.agents[0]?.card, { name: '(11 characters left out)', role: null });
  assert.deepEqual(agents.agents[0]?.blocked, {
    since: at,
    reason: '(23 characters left out)',
    waits_for: ['agent-7'],
  });
  assert.deepEqual([agents.agents[0]?.moved_to, agents.agents[0]?.process], ['agent-7', agent.process]);
  assert.deepEqual([agents.departed[0]?.left_at, agents.departed[0]?.left_reason], [at, 'It left.']);
  assert.deepEqual(attention.attention[0]?.acknowledged, { by: null, at });
  assert.equal(attention.attention[0]?.why.rule, entry.why.rule);
  assert.equal(sources.zone.zone, state.sources.zone.zone);
});

test('blankThing(): of a session and an activity, what names the person or quotes a message is removed', () => {
  const session = {
    ...{ session_id: 'secret', name: 'secret', version: '2.1.332', kind: 'interactive', status: 'waiting' },
    ...{ waiting_for: 'permission prompt', status_since: null, model: 'claude-x', permission_mode: 'default' },
    ...{ cwd: '/home/secret', git_branch: 'secret', entrypoint: 'cli' },
  };
  const activity = { state: 'blocked', since: null, reason: 'It waits: secret', source: 'swarm' };
  const work = { last_prompt: { text: 'secret', at: null } };
  const blank = blankThing('agent', { id: 'agent-0', source: 'registry', lead: 'agent-1', session, activity, work });
  assert.ok(!JSON.stringify(blank).includes('secret'));
  assert.deepEqual([blank.source, blank.lead, blank.work], ['registry', 'agent-1', null]);
  assert.equal((blank.session as typeof session).waiting_for, 'permission prompt');
  const seen = { ...activity, reason: 'Its session says that it is busy.', source: 'session' };
  assert.deepEqual(blankThing('agent', { id: 'a', activity: seen }).activity, seen);
});

test('blankThing(): of a task, its objective, its error and its remarks are removed, and who moved it stays', () => {
  const [task] = examples.tasks.tasks;
  assert.ok(task);
  const change = { at: null, from_status: 'working', to_status: 'failed', agent_id: 'agent-1', message: 'secret' };
  const written = { ...task, objective: 'secret', error: 'secret', history: [change], mood: 'secret' };
  const blank = blankThing('task', written);
  assert.ok(!JSON.stringify(blank).includes('secret'));
  const six = '(6 characters left out)';
  assert.deepEqual(blank, {
    ...written,
    objective: six,
    error: six,
    mood: six,
    history: [{ ...change, message: six }],
  });
  const inHand = { key: 'task:a', objective: 'secret', status: 'working', count: 1 };
  assert.deepEqual(blankThing('agent', { id: 'a', current_task: inHand }).current_task, { ...inHand, objective: six });
  assert.equal(blankThing('agent', { id: 'a', current_task: null }).current_task, null);
});

test('blankThing(): counts of locks and how tasks were read keep their values', () => {
  const counts = { count: 3, stale_count: 1, orphaned_count: 0, overlapping_count: 2 };
  assert.deepEqual(blankThing('server', counts), counts);
  const read = { left_off: 2, state: 'unreadable', reason: 'TASKS.json is unusable.', kept_from: null };
  assert.deepEqual(blankThing('server', read), read);
});

test('blankThing(): a departed agent keeps its fields', () => {
  const left = { id: 'agent-0', health: 'dead', note: 'secret', left_at: 'then', left_reason: 'It left.' };
  assert.deepEqual(blankThing('registry', left), { ...left, note: '(6 characters left out)' });
});

test('blankSpan(): the span of a lock loses its reason; unknown time keeps its reason', () => {
  const span = {
    kind: 'lock' as const,
    subject: 'a.lock',
    agent: 'agent-1',
    path: 'a',
    value: 'held',
    detail: 'why',
    since: 1,
    until: null,
    ended: null,
  };
  assert.equal(blankSpan(span).detail, '(3 characters left out)');
  assert.equal(blankSpan({ ...span, kind: 'unknown' }).detail, 'why');
});

test('withoutRoots(), withoutPaths(): the project is shortened to its name, other paths to their last part', () => {
  assert.equal(nameOfRoot('/home/ada/my "project"/'), 'my "project"');
  const root = '/home/ada/my "project"';
  assert.equal(
    withoutRoots(JSON.stringify({ filepath: `${root}/src/a.ts` }), [root]),
    JSON.stringify({ filepath: 'my "project"/src/a.ts' }),
  );
  const line = JSON.stringify({ line: '{"content": "in /home/jos\\u00e9/x/a"}' });
  assert.equal(withoutRoots(line, ['/home/josé/x']), JSON.stringify({ line: '{"content": "in x/a"}' }));
  assert.equal(
    withoutPaths({ reason: 'The history /home/ada/.local/state/x.sqlite is full; see https://example.org/a/b.' })
      .reason,
    'The history …/x.sqlite is full; see https://example.org/a/b.',
  );
  assert.deepEqual(withoutPaths({ reason: null }), { reason: null });
});

test('withoutRoots(): other folders with a similar name or path are unchanged', () => {
  const stays = [
    '/a/proj-2/x',
    '/a/proj2',
    '/a/proj.old/x',
    '/a/projé',
    '/b/a/proj/x',
    './a/proj',
    '~/a/proj',
    '/a/project',
  ];
  const shown = (text: string) => JSON.parse(withoutRoots(JSON.stringify(text), ['/a/proj']));
  for (const path of stays) assert.equal(shown(path), path);
  assert.equal(withoutRoots(String.raw`"/a/proj\u00e9"`, ['/a/proj']), String.raw`"/a/proj\u00e9"`);
  for (const around of [
    ['', ''],
    ['see ', '.'],
    ['file://', '/x'],
    ['line\n', '\nnext'],
    ['\x1b', '\x1b'],
    ['(', ')'],
    ['"', '"'],
  ])
    assert.equal(shown(around.join('/a/proj')), around.join('proj'));
});

test('withoutRoots(): finds every JSON spelling of the path, and links to the project', () => {
  const roots = ['/srv/my "pröj" 😀', '/home/ada/link'];
  const plain = `${roots[0]}/a.ts`;
  const ascii = (text: string) =>
    text.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`);
  const slashes = (text: string) => text.replaceAll('/', '\\/');
  const deep = [plain];
  for (let depth = 0; depth < 4; depth += 1) deep.push(JSON.stringify({ depth, deep: deep.at(-1) }));
  for (const json of deep.slice(1)) {
    const expected = json.replaceAll('/srv/', '');
    assert.equal(withoutRoots(json, roots), expected);
    assert.deepEqual(JSON.parse(withoutRoots(slashes(json), roots)), JSON.parse(slashes(expected)));
    assert.deepEqual(JSON.parse(withoutRoots(ascii(json), roots)), JSON.parse(expected));
  }
  assert.equal(withoutRoots('"/home/ada/link/a.ts"', ['/srv/proj', '/home/ada/link']), '"proj/a.ts"');
  assert.equal(withoutRoots('"/a/b"', ['/']), '"/a/b"');
});
