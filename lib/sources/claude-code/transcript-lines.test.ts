import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixtureTranscripts } from '../../../test/support/transcripts';
import { parseObject } from './transcript-json';
import { lineUse } from './transcript-lines';

const SCENARIOS = ['subagent', 'team-in-process', 'team-tmux', 'api-errors-and-compact', 'peer-messages'] as const;

test('lineUse(): the first bytes of every line tell its type', () => {
  for (const scenario of SCENARIOS) {
    for (const bytes of fixtureTranscripts(scenario).values()) {
      for (const text of String(bytes).split('\n')) {
        const line = parseObject(Buffer.from(text));
        if (!line) continue;
        const attachment = (line.attachment as { type?: string } | undefined)?.type;
        const used =
          ['user', 'system', 'permission-mode'].includes(String(line.type)) || attachment === 'queued_command';
        const expected = line.type === 'assistant' ? 'answer' : used ? 'state' : 'none';
        assert.equal(lineUse(Buffer.from(text)), expected, text.slice(0, 200));
      }
    }
  }
});

test('lineUse(): heavy lines are skipped, lines of an unknown form are not', () => {
  const use = (line: string) => lineUse(Buffer.from(line));
  assert.equal(use(`{"type":"api-request-shape","shape":"${'x'.repeat(5000)}`), 'none');
  assert.equal(
    use('{"parentUuid":null,"isSidechain":false,"attachment":{"type":"prompt_snapshot","systemPrompt":['),
    'none',
  );
  assert.equal(use('{"uuid":"1","type":"assistant","message":{}}'), 'answer');
  assert.equal(use('{"parentUuid":null,"isSidechain":false,"novel":1,"type":"user"}'), 'answer');
  assert.equal(use('{"type":"assistant","message":{}}'), 'answer');
  assert.equal(use('{"parentUuid":"a","isSidechain":true,"agentId":"quote\\"d","type":"user"'), 'state');
  assert.equal(use(''), 'answer');
});
