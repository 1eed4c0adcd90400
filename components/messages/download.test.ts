import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '@/lib/contract/schemas';
import { downloadLine } from './download';

const message: Message = {
  seq: 7,
  sent_at: '2026-01-30T12:00:00+00:00',
  timestamp: '2026-01-30T13:00:00',
  sender: '=cmd|x',
  recipients: ['agent-1', 'agent-2'],
  msg_type: 'INFO',
  content: 'two\nlines, "quoted"',
  delivery_status: { 'agent-1': true, 'agent-2': false },
  msg_id: '@id',
};

test('downloadLine(): JSON lines contain every field, one message per line', () => {
  const line = downloadLine(message, 'jsonl');
  assert.deepEqual(JSON.parse(line), message);
  assert.equal(line.indexOf('\n'), line.length - 1);
});

test('downloadLine(): CSV is quoted, and no field is a formula', () => {
  assert.equal(
    downloadLine(message, 'csv'),
    '7,2026-01-30T12:00:00+00:00,2026-01-30T13:00:00,"\'=cmd|x","agent-1; agent-2",INFO,"two\nlines, ""quoted""",agent-2,"\'@id",\r\n',
  );
  for (const start of ['=', '+', '-', '@', '\t=', ' =', '\r', '\uFF1D']) {
    assert.match(downloadLine({ seq: 1, sent_at: null, content: `${start}1` }, 'csv'), /"'/);
  }
});
