import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DEFAULT_LAYOUT,
  firstSizes,
  formatLayout,
  type Layout,
  layoutColumns,
  PANELS,
  readSettings,
  toggled,
} from './settings';

const layoutOf = (text: string) => readSettings((name) => (name === 'swarm_layout' ? text : undefined)).layout;

test('readSettings(): reads the output of formatLayout', () => {
  const layout: Layout = { widths: { agents: 250, locks: 400 }, collapsed: ['locks'] };
  assert.deepEqual(layoutOf(formatLayout(layout)), layout);
  assert.equal(readSettings(() => 'dark').theme, 'dark');
});

test('readSettings(): invalid cookies give the default', () => {
  for (const text of [
    '',
    '.',
    'x.y',
    '-1.1e9',
    '99999.1',
    '1.1.nothing',
    'NaN.Infinity',
    '304.344.agents.messages.locks',
  ]) {
    assert.deepEqual(layoutOf(text), DEFAULT_LAYOUT, text);
  }
  assert.equal(readSettings(() => '<script>').theme, 'system');
});

test('readSettings(): order and grouping of the locks are read separately', () => {
  const viewOf = (text: string) => readSettings((name) => (name === 'swarm_locks' ? text : undefined)).locks;
  assert.deepEqual(viewOf('age.folder'), { order: 'age', grouping: 'folder' });
  assert.deepEqual(viewOf('age.<b>'), { order: 'age', grouping: 'none' });
  assert.deepEqual(viewOf(''), { order: 'matters', grouping: 'none' });
});

test('readSettings(): order and density of the agents are read separately', () => {
  const viewOf = (text: string) => readSettings((name) => (name === 'swarm_agents' ? text : undefined)).agents;
  assert.deepEqual(viewOf('severity.grid'), { order: 'severity', density: 'grid' });
  assert.deepEqual(viewOf('<b>.compact'), { order: 'session', density: 'compact' });
  assert.deepEqual(viewOf(''), { order: 'session', density: 'comfortable' });
});

test('readSettings(): the page has room for the composer only if the cookie says so', () => {
  const writesFor = (text: string) => readSettings((name) => (name === 'swarm_writes' ? text : undefined)).writes;
  assert.deepEqual(['on', 'off', '', 'ON', '<b>'].map(writesFor), [true, false, false, false, false]);
});

test('readSettings(): the page is calm only if the cookie says so', () => {
  const calmFor = (text: string) => readSettings((name) => (name === 'swarm_calm' ? text : undefined)).calm;
  assert.deepEqual(['on', 'off', '', 'ON', '<b>'].map(calmFor), [true, false, false, false, false]);
});

test('toggled(): the last open panel stays open', () => {
  const closed = PANELS.reduce(toggled, DEFAULT_LAYOUT);
  assert.deepEqual(closed.collapsed, ['agents', 'messages']);
  assert.deepEqual(toggled(closed, 'agents').collapsed, ['messages']);
});

test('layoutColumns(): the open panels fill the width', () => {
  for (const collapsed of [[], ['agents'], ['messages'], ['locks'], ['agents', 'messages']] as const) {
    assert.match(layoutColumns({ ...DEFAULT_LAYOUT, collapsed }), /1fr/);
  }
});

test('firstSizes(): the sizes of the first render are a valid style sheet for any cookies', () => {
  for (const text of ['', '304.344', '}</style><script>', '300.300;}*{}', '264.timeline}']) {
    assert.match(firstSizes(readSettings(() => text)), /^:root\{--columns:[\w(),.% -]+;--drawer:\d+px\}$/, text);
  }
});

test('readSettings(): the height of "Needs you" is 2 to 6 lines, 4 by default', () => {
  const linesOf = (text?: string) => readSettings((name) => (name === 'swarm_needs' ? text : undefined)).needsLines;
  assert.deepEqual(['2', '6', '1', '7', '04', '', undefined].map(linesOf), ['2', '6', '4', '4', '4', '4', '4']);
});
