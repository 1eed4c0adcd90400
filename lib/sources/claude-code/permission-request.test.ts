import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { permissionLength, readPermissionRequest, readToolResults } from './permission-request';

const captured = readFileSync(join(import.meta.dirname, '../../../test/fixtures/claude-code/hooks.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

test('readPermissionRequest(): reads every captured request in full, and nothing else', () => {
  for (const body of captured) {
    const read = readPermissionRequest(body);
    if (body.hook_event_name !== 'PermissionRequest') {
      assert.equal(read, null);
      continue;
    }
    assert.deepEqual(
      [read?.sessionId, read?.toolName, read?.toolInput, read?.suggestions, read?.agentId, read?.cwd],
      [
        body.session_id,
        body.tool_name,
        body.tool_input,
        body.permission_suggestions ?? [],
        body.agent_id ?? null,
        body.cwd,
      ],
    );
  }
});

test('readToolResults(): reads the calls of a tool and of a batch', () => {
  const common = { session_id: 's', agent_id: 'a1' };
  const call = { tool_name: 'Bash', tool_input: { command: 'ls' } };
  const read = { sessionId: 's', agentId: 'a1', calls: [{ toolName: 'Bash', toolInput: { command: 'ls' } }] };
  assert.deepEqual(readToolResults({ ...common, ...call, hook_event_name: 'PostToolUse' }), read);
  assert.deepEqual(readToolResults({ ...common, ...call, hook_event_name: 'PostToolUseFailure' }), read);
  assert.deepEqual(readToolResults({ ...common, hook_event_name: 'PostToolBatch', tool_calls: [call] }), read);
});

test('readPermissionRequest(), readToolResults(): hostile bodies are none', () => {
  const base = { hook_event_name: 'PermissionRequest', session_id: 's', tool_name: 'X', tool_input: {} };
  const bodies = [
    ...[null, 3, 'x', [], {}, { ...base, session_id: '' }, { ...base, session_id: 'x'.repeat(201) }],
    ...[
      { ...base, tool_name: 7 },
      { ...base, agent_id: {} },
      { ...base, permission_suggestions: 'all' },
    ],
    ...[
      { ...base, tool_name: 'x'.repeat(201) },
      { hook_event_name: 'PostToolBatch', session_id: 's', tool_calls: {} },
    ],
  ];
  for (const body of bodies) {
    assert.equal(readPermissionRequest(body), null, JSON.stringify(body)?.slice(0, 80));
    assert.equal(readToolResults(body), null);
  }
  const many = readPermissionRequest({
    ...base,
    cwd: 7,
    permission_suggestions: Array.from({ length: 500 }, () => ({})),
  });
  assert.deepEqual([many?.suggestions.length, many?.cwd], [20, null]);
});

test('permissionLength(): the length as JSON; null where it cannot be encoded', () => {
  const asked = readPermissionRequest({
    ...{ hook_event_name: 'PermissionRequest', session_id: 's', tool_name: 'X', tool_input: { a: 'ä' } },
  });
  assert.ok(asked);
  assert.equal(permissionLength(asked), '[{"a":"ä"},[]]'.length);
  const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  assert.equal(permissionLength({ ...asked, toolInput: deep }), null);
  assert.equal(permissionLength({ ...asked, toolInput: undefined }), '[null,[]]'.length);
});
