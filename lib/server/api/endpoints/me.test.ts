import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '../../../config/config';
import { meAnswer } from '../../../contract/action-schemas';
import type { Runtime } from '../../../swarms/swarm';
import type { Principal } from '../../access/principal';
import { ProblemError } from '../../http/problem';
import { describeCaller } from './me';

const LIVE = { actions: {} as Runtime['actions'], bundle: null };
const NOTHING = { actions: null, bundle: null };
const BUNDLE = { actions: null, bundle: {} as Runtime['bundle'] };
const OPERATOR: Principal = {
  client: '127.0.0.1',
  credential: { name: 'operator', scope: 'write', digest: 'd' },
  via: 'operator_key',
  mayWrite: true,
  refusal: null,
};
const READER: Principal = {
  ...{ client: '127.0.0.1', credential: null, via: null, mayWrite: false },
  refusal: new ProblemError('operator_key_required', 'Open the link.'),
};

function describe(principal: Principal, runtime: Pick<Runtime, 'actions' | 'bundle'> = LIVE, ACTIONS = '') {
  return meAnswer.parse(describeCaller(principal, { config: parseConfig({ ACTIONS }, '/'), runtime }));
}

test('describeCaller(): whoever may send everything gets no reason', () => {
  assert.deepEqual(describe(OPERATOR), {
    ...{ name: 'operator', via: 'operator_key', scope: 'write' },
    ...{ actions: ['locks', 'messages', 'terminal', 'permissions', 'tasks'], reason: null },
  });
});

test('describeCaller(): the reason is the refusal that a command would get', () => {
  const me = describe(READER);
  assert.deepEqual(me, { name: null, via: null, scope: 'read', actions: [], reason: 'Open the link.' });
});

test('describeCaller(): commands that are switched off, all or some', () => {
  for (const principal of [OPERATOR, READER]) {
    const me = describe(principal, LIVE, 'off');
    assert.deepEqual(me.actions, []);
    assert.match(me.reason ?? '', /switched off; restart the dashboard without --read-only or ACTIONS=off/);
  }
  const some = describe(OPERATOR, LIVE, 'locks,messages');
  assert.deepEqual(some.actions, ['locks', 'messages']);
  assert.match(some.reason ?? '', /switched off: terminal, permissions, tasks\. The setting ACTIONS/);
  assert.equal(describe(READER, LIVE, 'locks').reason, 'Open the link.');
});

test('describeCaller(): where no live swarm is shown nobody can act, whatever the credentials', () => {
  for (const principal of [OPERATOR, READER]) {
    assert.deepEqual(describe(principal, NOTHING).actions, []);
    assert.match(describe(principal, NOTHING).reason ?? '', /^No swarm is shown; start the dashboard/);
    assert.match(describe(principal, BUNDLE).reason ?? '', /^This is an exported time range/);
  }
});
