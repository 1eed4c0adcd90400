import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layoutSizes, parsePaneList } from './pane-list';

test('parsePaneList(): a window in two sessions is one pane; a session that a leaving client would end is named', () => {
  const { panes, fragile } = parsePaneList([
    '%0:$0:0:0:100:0:80:24:7:bash',
    '%0:$1:1:1:100:0:80:24:7:bash',
    '%2:$2:0:1:101:1:90:20:0:a:b',
    '',
  ]);
  assert.deepEqual(panes.get('%0')?.sessions, ['$0', '$1']);
  assert.deepEqual([...fragile], ['$2']);
  assert.deepEqual(panes.get('%2'), {
    ...{ id: '%2', pid: 101, sessions: ['$2'], dead: true, columns: 90, rows: 20, historySize: 0, command: 'a:b' },
  });
});

test('layoutSizes(): the sizes of panes, not of what contains them', () => {
  const sizes = layoutSizes('4196,80x24,0,0[80x12,0,0,0,80x11,0,13{39x11,0,13,2,40x11,40,13,15}]');
  assert.deepEqual(Object.fromEntries(sizes), {
    '%0': { columns: 80, rows: 12 },
    '%2': { columns: 39, rows: 11 },
    '%15': { columns: 40, rows: 11 },
  });
  assert.deepEqual([...layoutSizes('b25e,80x24,0,0,1').keys()], ['%1']);
});

test('parsePaneList(): a line that the name of a program contains gives no id that would be another command', () => {
  const fields = '0:0:7:0:80:24:0:sh';
  const { panes, fragile } = parsePaneList([
    `%1:$0:${fields}`,
    `%2' ; kill-server ; ':$0:${fields}`,
    `%3:$0' ; kill-server:0:on:7:0:80:24:0:sh`,
    `%4:-x:${fields}`,
  ]);
  assert.deepEqual([[...panes.keys()], [...fragile]], [['%1'], []]);
});
