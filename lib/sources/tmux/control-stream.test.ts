import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ControlFault, type ControlRequest, ControlStream, unescapeOutput } from './control-stream';

/** What a stream reports, as texts, in its order. */
function recorded() {
  const events: string[] = [];
  const stream = new ControlStream({
    output: (pane, bytes) => events.push(`output ${pane} ${bytes.toString('utf8')}`),
    notice: (name, rest) => events.push(`notice ${name} ${rest}`),
  });
  const request = (name: string, counts: (number | null)[]): ControlRequest => ({
    count: counts.length,
    expect: (index) => counts[index] ?? null,
    onReply: (index, lines) => events.push(`${name}.${index} ${lines.map(String).join('|')}`),
    onFault: (fault) => events.push(`${name} failed: ${fault}`),
  });
  return { events, stream, request };
}

const SCREEN = Buffer.from(
  [
    ...['%begin 1 1 0', 'anything', '%end 1 1 0', '%output %1 before\\015\\012'],
    ...['%begin 1 2 1', 'about', '%end 1 2 1', '%begin 1 3 1', '%end 1 3 1', '%output %1 no', '%end 1 3 1'],
    ...['%extended-output %1 12 : after\\134 é', '%layout-change @0 x', '%pause %1', ''],
  ].join('\n'),
);

test('push(): a screen that looks like the end of a reply is read by its lines, however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: SCREEN.length - 1 }), { maxLength: 12 }), (cuts) => {
      const { events, stream, request } = recorded();
      stream.add(request('ask', [null, 2]));
      const places = [0, ...cuts.sort((one, other) => one - other), SCREEN.length];
      for (const [index, from] of places.slice(0, -1).entries()) stream.push(SCREEN.subarray(from, places[index + 1]));
      assert.deepEqual(events, [
        ...['output %1 before\r\n', 'ask.0 about', 'ask.1 %end 1 3 1|%output %1 no', 'output %1 after\\ é'],
        ...['notice layout-change @0 x', 'notice pause %1'],
      ]);
    }),
  );
});

test('push(): replies belong to requests in their order; after a failure the rest of a request has none', () => {
  const { events, stream, request } = recorded();
  stream.add(request('one', [null, null]));
  stream.add(request('two', [null]));
  stream.push(Buffer.from("%begin 1 4 1\ncan't find pane: %9\n%error 1 4 1\n%begin 1 5 1\nfine\n%end 1 5 1\n"));
  assert.deepEqual(events, ["one failed: can't find pane: %9", 'two.0 fine']);
  stream.add(request('three', [null]));
  stream.fail('ended');
  assert.equal(events.at(-1), 'three failed: ended');
});

test('push(): a reply to nothing, more lines than expected and an endless line are faults', () => {
  const { stream, request } = recorded();
  assert.throws(() => stream.push(Buffer.from('%begin 1 4 1\n')), ControlFault);
  const longer = recorded().stream;
  longer.add(request('ask', [1]));
  assert.throws(() => longer.push(Buffer.from('%begin 1 4 1\na\nb\n')), ControlFault);
  assert.throws(() => recorded().stream.push(Buffer.alloc(3 * 1024 * 1024, 'x')), ControlFault);
});

test('unescapeOutput(): every byte comes back', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const escaped = [...bytes].map((byte) =>
        byte < 32 || byte === 92 ? Buffer.from(`\\${byte.toString(8).padStart(3, '0')}`) : Buffer.from([byte]),
      );
      assert.deepEqual([...unescapeOutput(Buffer.concat(escaped))], [...bytes]);
    }),
  );
});
