import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examples } from '@/lib/contract/examples';
import { NEW_DRAFT } from './drafts';
import { refusalOf, serverRefusal } from './refusal';

const AGENTS = examples.agents.agents;
const fieldOf = (part: Partial<typeof NEW_DRAFT>) =>
  refusalOf({ ...NEW_DRAFT, recipients: ['agent-0'], text: 'x', ...part }, AGENTS)?.field ?? null;

test('refusalOf(): names the field that is wrong', () => {
  assert.equal(fieldOf({}), null);
  assert.equal(fieldOf({ recipients: [] }), 'recipients');
  assert.equal(fieldOf({ recipients: ['agent-0', 'agent-77'] }), 'recipients');
  assert.equal(fieldOf({ text: ' \n' }), 'text');
  assert.equal(fieldOf({ text: 'é'.repeat(5120) }), null);
  assert.equal(fieldOf({ text: `${'é'.repeat(5120)}a` }), 'text');
});

test('serverRefusal(): at the first field that the server names, else below the form', () => {
  const refused = (more: Record<string, unknown>) =>
    serverRefusal({ code: 'invalid_parameter', detail: 'Wrong.', ...more });
  const errors = (parameter: string) => [{ parameter, detail: 'must be right.' }];
  assert.deepEqual(refused({ errors: errors('recipients') }), {
    field: 'recipients',
    detail: 'Recipients must be right.',
  });
  assert.deepEqual(refused({ errors: errors('content') }), { field: 'text', detail: 'The text must be right.' });
  assert.deepEqual(refused({ errors: errors('msg_type') }).field, 'type');
  assert.deepEqual(refused({ errors: errors('sender') }), { field: 'all', detail: 'Wrong.' });
  assert.deepEqual(refused({ errors: 'no list' }), { field: 'all', detail: 'Wrong.' });
});

test('serverRefusal(): without a clear answer the message may have been sent', () => {
  const saysSo = (code: string) => /may have been sent/.test(serverRefusal({ code, detail: 'No answer.' }).detail);
  const codes = ['no_answer', 'unexpected', 'internal', 'not_sent', 'unavailable', 'operator_key_required'];
  assert.deepEqual(codes.map(saysSo), [true, true, true, false, false, false]);
});
