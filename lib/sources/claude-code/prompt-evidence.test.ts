import assert from 'node:assert/strict';
import { test } from 'node:test';
import { promptEvidence } from './prompt-evidence';

const TEXT = '[MESSAGE] [operator][2026-02-03 10:01:02][INFO]: one\ntwo';
const MSG_ID = 'b1646024-d6ba-4c31-a4df-ba3cea418d62';
const bySocket = { msgId: MSG_ID, text: TEXT, isCommand: false };
const typed = { msgId: null, text: TEXT, isCommand: false };
const command = (text: string) => ({ msgId: null, text, isCommand: true });
const peer = { kind: 'peer', msg_id: MSG_ID };
const user = (content: unknown, more = {}) => ({ type: 'user', message: { role: 'user', content }, ...more });
const attachment = (more: object) => ({ type: 'attachment', attachment: { type: 'queued_command', ...more } });

test('promptEvidence(): a message by socket is taken where its id is, and queued where its text is enqueued', () => {
  assert.equal(promptEvidence(user('Another session: ...', { origin: peer }), bySocket), 'taken');
  assert.equal(promptEvidence(attachment({ prompt: 'x', origin: peer }), bySocket), 'taken');
  const enqueue = { type: 'queue-operation', operation: 'enqueue', content: `<x>\n${TEXT}\n</x>` };
  assert.equal(promptEvidence(enqueue, bySocket), 'queued');
  assert.equal(promptEvidence(user(TEXT, { origin: { ...peer, msg_id: 'another' } }), bySocket), null);
  assert.equal(promptEvidence({ ...enqueue, operation: 'remove' }, bySocket), null);
});

test('promptEvidence(): a typed text is taken where the whole of it is, whatever a terminal did to its blanks', () => {
  assert.equal(promptEvidence(user(TEXT.replace('\n', ' ')), typed), 'taken');
  assert.equal(
    promptEvidence(user([{ type: 'text', text: `<pasted_content id="1">${TEXT}</pasted_content>` }]), typed),
    'taken',
  );
  assert.equal(promptEvidence(attachment({ prompt: TEXT }), typed), 'taken');
  assert.equal(promptEvidence(user(TEXT.slice(0, -2)), typed), null);
  assert.equal(promptEvidence(user(TEXT, { origin: peer }), typed), null);
  assert.equal(promptEvidence({ type: 'assistant', message: { content: TEXT } }, typed), null);
});

test('promptEvidence(): a command is taken where it ran', () => {
  const ran =
    '<command-name>/rename</command-name>\n <command-message>rename</command-message>\n <command-args>my-worker</command-args>';
  assert.equal(promptEvidence(user(ran), command('/rename my-worker')), 'taken');
  assert.equal(
    promptEvidence({ type: 'system', subtype: 'local_command', content: ran }, command('/rename my-worker')),
    'taken',
  );
  assert.equal(promptEvidence(user(ran), command('/rename other')), null);
  assert.equal(promptEvidence(user(ran), command('/re')), null);
  assert.equal(promptEvidence(user('<bash-input>ls -l</bash-input>'), command('!ls -l')), 'taken');
});
