import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HOOK_EVENTS } from '../lib/sources/claude-code/hook-payloads';
import { installedHooks, NO_FILE, withHooks, withoutHooks } from './hook-settings';
import { StartError } from './start-error';

const URL = 'http://127.0.0.1:8000/hooks/claude';
const TOKEN = 'swarm_0123456789abcdef0123456789abcdef';
const OPTIONS = { url: URL, token: TOKEN };
const add = (text: string | null, options = OPTIONS as Parameters<typeof withHooks>[1]) =>
  withHooks(text, options, '/x/settings.json');
const remove = (text: string) => withoutHooks(text, '/x/settings.json');

/** The hooks of one event of an installation. */
const entry = (event: string) => ({
  hooks: [
    {
      type: 'http',
      url: URL,
      // A person may answer a permission request.
      timeout: event === 'PermissionRequest' ? 600 : 5,
      headers: { Authorization: 'Bearer $CLAUDE_SWARM_HOOK_TOKEN' },
      allowedEnvVars: ['CLAUDE_SWARM_HOOK_TOKEN'],
    },
  ],
});

test('withHooks(): a new file has the hooks and the token and nothing else', () => {
  const text = add(NO_FILE);
  assert.deepEqual(JSON.parse(text), {
    hooks: Object.fromEntries(HOOK_EVENTS.map((event) => [event, [entry(event)]])),
    env: { CLAUDE_SWARM_HOOK_TOKEN: TOKEN },
  });
  assert.match(text, /^\{\n {2}"hooks": \{\n[\s\S]+\n\}\n$/);
  assert.equal(remove(text), NO_FILE);
});

test('withHooks(): without a token only the hooks are added', () => {
  const text = add('{}', { url: URL, token: null });
  assert.deepEqual(Object.keys(JSON.parse(text)), ['hooks']);
  assert.doesNotMatch(text, /swarm_/);
  assert.equal(remove(text), '{}');
});

test('withHooks(): what was there keeps its bytes and its indentation is followed', () => {
  const text = '{\r\n\t"model" : "opus",\r\n\t"hooks": {\r\n\t\t"Stop": [ ]\r\n\t}\r\n}\r\n';
  const edited = add(text);
  assert.match(edited, /^\{\r\n\t"model" : "opus",\r\n\t"hooks": \{\r\n\t\t"Stop": \[\{\r\n\t\t\t"hooks": \[\r\n/);
  assert.doesNotMatch(edited, /[^\r]\n/);
  assert.match(edited, /\],\r\n\t\t"UserPromptSubmit": \[\r\n\t\t\t\{\r\n/);
  assert.equal(remove(edited), text);
});

test('withHooks(): installing again replaces address and token, and the same ones change nothing', () => {
  const text = '{"hooks": {"Stop": [{"hooks": []}]}, "env": {}}';
  const edited = add(text);
  assert.equal(add(edited), edited);
  const other = add(edited, { url: 'http://h:1/hooks/claude', token: null });
  assert.deepEqual(installedHooks(other, ''), {
    events: [...HOOK_EVENTS],
    urls: ['http://h:1/hooks/claude'],
    permissionTimeoutSeconds: 600,
    hasToken: false,
  });
  assert.equal(remove(other), text);
});

test('installedHooks(): hooks of others are not counted', () => {
  const text = JSON.stringify({ hooks: { Stop: [{ hooks: [{ type: 'http', url: URL }] }], New: 7 }, env: { A: 'b' } });
  assert.deepEqual(installedHooks(text, ''), {
    ...{ events: [], urls: [], permissionTimeoutSeconds: null, hasToken: false },
  });
  assert.equal(remove(text), text);
});

test('withoutHooks(): after another program has rewritten the file, hooks and containers without content go', () => {
  for (const indent of [0, 2, 4]) {
    const rewritten = (before: object) =>
      JSON.stringify(JSON.parse(add(JSON.stringify(before, null, 2))), null, indent);
    const before = { model: 'opus', permissions: { allow: ['Bash(ls)'] } };
    const left = remove(rewritten(before));
    const empty = indent === 0 ? { hooks: {}, env: {} } : {};
    if (indent > 0) assert.deepEqual(JSON.parse(left ?? ''), { ...before, ...empty });
    const merged = JSON.parse(rewritten(before));
    merged.hooks.Stop[0].hooks.push({ type: 'command', command: 'true' });
    merged.env.MINE = '1';
    const kept = JSON.parse(remove(JSON.stringify(merged, null, 2)) ?? '');
    assert.deepEqual(kept.hooks, { Stop: [{ hooks: [{ type: 'command', command: 'true' }] }] });
    assert.deepEqual(kept.env, { MINE: '1' });
  }
});

test('withHooks(): a file that is no JSON object is refused with its place', () => {
  const refused: [text: string, said: RegExp][] = [
    ['', /is not JSON: line 1/],
    ['{\n  "a": 1,\n}', /is not JSON: line 3/],
    ['{\n  // mine\n}', /is not JSON: line 2/],
    ['{"a": 1} x', /is not JSON: line 1/],
    ['[]', /is not a JSON object/],
    ['null', /is not a JSON object/],
    ['{"a": "x\ty"}', /is not (a JSON object|JSON)/],
    ['{"hooks": []}', /"hooks" must be an object/],
    ['{"env": "x"}', /"env" must be an object/],
    ['{"hooks": {"Stop": {}}}', /"hooks\.Stop" must be an array/],
    ['{"hooks": {}, "hooks": {}}', /has "hooks" twice/],
    ['{"hooks": {"Stop": [], "Stop": []}}', /has "Stop" twice/],
  ];
  for (const [text, said] of refused) {
    for (const change of [add, remove]) {
      assert.throws(
        () => change(text),
        (error) => error instanceof StartError && said.test(error.message) && /Nothing was changed/.test(error.message),
        text,
      );
    }
  }
});

/** A JSON object in any formatting, with or without what hooks need, as its parts: white space, brackets and values. */
const space = fc.constantFrom('', '', ' ', '\n', '\n  ', '\r\n\t', '   \n\n');
const scalar = fc.oneof(
  fc.constantFrom('1e5', '0.10', '"\\u0041"', '"é"', 'null', 'true', '12345678901234567890'),
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
);

function formatted(open: string, close: string, parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.array(fc.tuple(space, space), { minLength: parts.length + 1, maxLength: parts.length + 1 }), ...parts)
    .map(([spaces, ...texts]) => {
      const inner = texts.map((text, index) => `${spaces[index]?.[0]}${text}${spaces[index]?.[1]}`).join(',');
      return `${open}${inner === '' ? spaces.at(-1)?.[0] : inner}${close}`;
    });
}

function objectOf(members: Record<string, fc.Arbitrary<string>>): fc.Arbitrary<string> {
  return fc.shuffledSubarray(Object.keys(members)).chain((names) =>
    formatted(
      '{',
      '}',
      names.map((name) =>
        fc
          .tuple(space, space, members[name] as fc.Arbitrary<string>)
          .map(([a, b, v]) => `${JSON.stringify(name)}${a}:${b}${v}`),
      ),
    ),
  );
}

function listOf(item: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.nat(3).chain((length) =>
    formatted(
      '[',
      ']',
      Array.from({ length }, () => item),
    ),
  );
}

const command = objectOf({
  type: fc.constant('"command"'),
  command: scalar,
  headers: objectOf({ Authorization: scalar }),
});
const groups = listOf(objectOf({ matcher: scalar, hooks: listOf(command) }));
const settings = fc
  .tuple(
    fc.constantFrom('', '', '\uFEFF'),
    space,
    objectOf({
      ...{ model: scalar, permissions: objectOf({ allow: listOf(scalar) }), env: objectOf({ A: scalar, B: scalar }) },
      hooks: objectOf({ Stop: groups, PermissionRequest: groups, PreToolUse: groups, '': groups }),
    }),
    space,
  )
  .map((parts) => parts.join(''));

test('withHooks(), withoutHooks(): in any formatting install and uninstall give the same bytes', () => {
  const options = fc.record({ url: fc.webUrl(), token: fc.constantFrom(TOKEN, null) });
  const plain = (text: string) => JSON.parse(text.replace('\uFEFF', ''));
  fc.assert(
    fc.property(settings, options, options, (text, first, second) => {
      const edited = add(text, first);
      assert.equal(remove(edited), text);
      assert.equal(remove(text), text);
      assert.equal(add(edited, first), edited);
      assert.equal(add(edited, second), add(text, second));
      const [before, after] = [plain(text), plain(edited)];
      for (const event of HOOK_EVENTS) {
        assert.equal(after.hooks[event].at(-1).hooks[0].url, first.url);
        assert.deepEqual(after.hooks[event].slice(0, -1), before.hooks?.[event] ?? []);
      }
      assert.equal(after.env?.CLAUDE_SWARM_HOOK_TOKEN, first.token ?? undefined);
      const others = ({ hooks: _, env: __, ...rest }: Record<string, unknown>) => rest;
      assert.deepEqual(others(after), others(before));
    }),
    { numRuns: 300 },
  );
});
