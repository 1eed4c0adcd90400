import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AcksText, newAcksText, readAcksText, rebased, withEntries, withoutEntries } from './pending-acks-text';
import { pythonJsonIndented } from './written-form';

function read(text: string): AcksText {
  const acks = readAcksText(Buffer.from(text));
  assert.ok(!('error' in acks), JSON.stringify(acks));
  return acks;
}

const entry = (msg_id: string) => ({ msg_id, retry_count: 0, message: { content: 'a, "b" ]}' } });

test('withoutEntries(): drops one entry and raises the version; every other byte stays', () => {
  const text = `{"note": [1.0, 1e2],
    "version"  : 12345678901234,
    "pending_acks": [ {"msg_id": "a", "n": 12345678901234567890} ,{"msg_id":"b"},\n{"msg_id": "c", "x": "\\u00e9\\ud83d"}],
    "later": {"pending_acks": [], "version": 1.50}}`;
  const changed = withoutEntries(read(text), new Set([1]));
  assert.equal(
    changed,
    `{"note": [1.0, 1e2],
    "version"  : 12345678901236,
    "pending_acks": [\n    {"msg_id": "a", "n": 12345678901234567890},\n    {"msg_id": "c", "x": "\\u00e9\\ud83d"}\n  ],
    "later": {"pending_acks": [], "version": 1.50}}`,
  );
});

test("withoutEntries() and withEntries(): keep the form of the swarm's tool", () => {
  const file = (version: number, ...ids: string[]) => pythonJsonIndented({ version, pending_acks: ids.map(entry) });
  assert.equal(withoutEntries(read(file(3, 'a', 'b', 'c')), new Set([2])), file(5, 'a', 'b'));
  assert.equal(withoutEntries(read(file(3, 'a')), new Set([0])), file(5));
  assert.equal(withEntries(read(file(3)), [entry('a'), entry('b')]), file(5, 'a', 'b'));
  assert.equal(withEntries(read(file(4, 'a')), [entry('é')]), file(6, 'a', 'é'));
  assert.equal(newAcksText([entry('a')]), file(1, 'a'));
});

test('withEntries(): a file without a version gets the first one', () => {
  const changed = withEntries(read('{"pending_acks": []}'), [entry('a')]);
  assert.deepEqual(JSON.parse(changed), { version: 1, pending_acks: [entry('a')] });
});

test('withoutEntries(): any file is the same afterwards, but for the entry and the version', () => {
  const rest = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 });
  const entries = fc.array(fc.jsonValue(), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(
      rest,
      entries,
      fc.nat(),
      fc.nat(5),
      fc.constantFrom(undefined, 1, 3, '\t'),
      (more, list, version, at, indent) => {
        const value = { ...more, version, pending_acks: list };
        const dropped = at % list.length;
        const changed = withoutEntries(read(JSON.stringify(value, null, indent)), new Set([dropped]));
        const wanted = { ...value, version: version + 2, pending_acks: list.toSpliced(dropped, 1) };
        assert.deepEqual(JSON.parse(changed), JSON.parse(JSON.stringify(wanted)));
      },
    ),
  );
});

test("readAcksText(): refuses what the swarm's tool does not write", () => {
  const refused = [
    '',
    '[]',
    '{"pending_acks": [',
    '{"pending_acks": {}}',
    '{"version": 1}',
    '{"version": "1", "pending_acks": []}',
  ];
  for (const text of refused) assert.ok('error' in readAcksText(Buffer.from(text)), text);
  assert.deepEqual(readAcksText(Buffer.from([0x22, 0xff, 0x22])), { error: 'it is not UTF-8' });
});

test('readAcksText(): reads a text of a megabyte of escapes', () => {
  const long = '\\n'.repeat(500_000);
  const acks = read(
    `{"version": 1, "pending_acks": [{"msg_id": "a", "message": {"content": "${long}"}}, {"msg_id": "b"}]}`,
  );
  assert.equal(acks.entries.length, 2);
  assert.equal(withoutEntries(acks, new Set([0])), '{"version": 3, "pending_acks": [\n    {"msg_id": "b"}\n  ]}');
});

test('rebased(): what another program has added and removed is applied to the file that it had not read', () => {
  const file = (version: number, ...ids: string[]) =>
    Buffer.from(pythonJsonIndented({ version, pending_acks: ids.map(entry) }));
  const both = rebased(file(7, 'a', 'own'), file(8, 'a', 'new'), file(6, 'a', 'tool'));
  assert.deepEqual(JSON.parse(both ?? ''), { version: 10, pending_acks: ['a', 'tool', 'new'].map(entry) });
  assert.equal(rebased(Buffer.from('{'), file(8, 'a'), file(6, 'a')), null);
});
