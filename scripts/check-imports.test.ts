import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importsOf, ROOMS, violations } from './check-imports';

const SCHEMAS: [string, string] = [
  'lib/contract/schemas.ts',
  "import { z } from 'zod';\nexport const agent = z.any();",
];

function check(...files: [path: string, source: string][]): string[] {
  return violations(new Map([SCHEMAS, ...files]));
}

test('importsOf(): finds every form of an import', () => {
  const source = `
import type { A } from './a';
import { type B, type C } from './b';
import D, { type E } from './d';
import {
  F,
} from './f';
import * as G from './g';
import './bare';
export { H } from './h';
export type { I } from './i';
export * from './j';
const k = await import('./k');
// an import of nothing from 'comment'
`;
  assert.deepEqual(
    importsOf(source).map(({ specifier, typeOnly }) => `${specifier}${typeOnly ? ' type' : ''}`),
    ['./a type', './b type', './d', './f', './g', './bare', './h', './i type', './j', './k'],
  );
});

test('violations(): allowed imports cause none', () => {
  const found = check(
    ['lib/hub/hub.ts', "import type { Agent } from '../contract/schemas';"],
    ['lib/history/reader.ts', "import Database from 'better-sqlite3';"],
    ['lib/recorder/thread.ts', "import { History } from '../history/reader';\nimport '../sources/claudeswarm/locks';"],
    ['lib/sources/claudeswarm/locks.ts', "import { agent } from '../../contract/schemas';"],
    ['lib/client/use-swarm.ts', "import useSWR from 'swr';\nimport type { Agent } from '../contract/schemas';"],
    ['components/shell/a.tsx', "import { useSwarm } from '@/lib/client/use-swarm';\nimport { B } from '../ui/b';"],
    ['components/ui/b.tsx', "import { useState } from 'react';"],
    ['app/page.tsx', "import { A } from '@/components/shell/a';\nimport { getRuntime } from '@/lib/swarms/swarm';"],
    ['lib/swarms/swarm.ts', "import { Hub } from '../hub/hub';\nimport '../recorder/thread';"],
    ['lib/sources/claudeswarm/locks.test.ts', "import { SAMPLES } from '../../../test/support/samples';"],
    ['test/support/samples.ts', ''],
    ['bench/load.ts', "import Database from 'better-sqlite3';"],
  );
  assert.deepEqual(found, []);
});

test('violations(): each one is named with its file', () => {
  const breaks: [path: string, source: string, said: RegExp][] = [
    [
      'lib/sources/claudeswarm/locks.ts',
      "import { A } from '@/components/ui/a';",
      /claudeswarm may not import components/,
    ],
    ['lib/server/stream/sse.ts', "import { page } from '../../../app/page';", /stream may not import app/],
    ['lib/hub/hub.ts', "import { Locks } from '../sources/claudeswarm/locks';", /hub may not import lib\/sources/],
    ['lib/hub/hub.ts', "import type { Locks } from '../sources/claudeswarm/locks';", /hub may not import lib\/sources/],
    [
      'lib/rules/waits.ts',
      "import { headers } from 'next/headers';",
      /only rooms that match .*server.* may import that package/,
    ],
    ['lib/rules/waits.ts', "import { getConfig } from '../config/config';", /rules may not import lib\/config/],
    ['lib/hub/hub.ts', "import { cache } from 'react';", /only rooms that match .*client.* may import that package/],
    ['lib/swarms/swarm.ts', "import Database from 'better-sqlite3';", /only rooms that match .*history.* may import/],
    ['components/ui/a.tsx', "import { sse } from '@/lib/server/stream/sse';", /ui may not import lib\/server/],
    ['components/ui/a.tsx', "import { z } from 'zod';", /components\/ui\/a\.tsx imports zod, .* import types only/],
    ['components/ui/a.tsx', "const z = await import('zod');", /imports zod/],
    [
      'components/ui/a.tsx',
      "import { agent } from '@/lib/contract/schemas';",
      /a\.tsx -> lib\/contract\/schemas\.ts imports zod/,
    ],
    ['lib/client/use-swarm.ts', "import { join } from 'node:path';", /node:path, which has no place in the browser/],
  ];
  for (const [path, source, said] of breaks) {
    const found = check([path, source]);
    assert.equal(found.length, 1, `${path}: ${source}`);
    assert.match(found[0] as string, said);
    assert.ok(found[0]?.startsWith(path), found[0]);
  }
});

test('violations(): value imports are followed to their end, also through an import circle', () => {
  const found = check(
    ['components/ui/a.tsx', "import { apply } from '@/lib/contract/events';"],
    ['lib/contract/events.ts', "import { other } from './other';"],
    ['lib/contract/other.ts', "import { apply } from './events';\nimport { agent } from './schemas';"],
  );
  assert.deepEqual(found, [
    'components/ui/a.tsx -> lib/contract/events.ts -> lib/contract/other.ts -> lib/contract/schemas.ts imports zod, ' +
      'which has no place in the browser: import types only.',
    'Import circle: lib/contract/events.ts -> lib/contract/other.ts -> lib/contract/events.ts.',
  ]);
});

test('violations(): a new folder of lib needs a rule', () => {
  assert.match(check(['lib/shared/things.ts', ''])[0] as string, /lib\/shared\/things\.ts is in no room/);
});

test("a component's test may use what no browser has", () => {
  assert.deepEqual(check(['components/ui/a.test.tsx', "import { test } from 'node:test';"]), []);
});

test('violations(): an import circle is named with its way around, also where only types make it', () => {
  const [found, ...others] = check(
    ['lib/history/a.ts', "import { b } from './b';"],
    ['lib/history/b.ts', "import { c } from './c';\nimport { d } from './d';"],
    ['lib/history/c.ts', "import type { A } from './a';"],
    ['lib/history/d.ts', ''],
  );
  assert.equal(found, 'Import circle: lib/history/a.ts -> lib/history/b.ts -> lib/history/c.ts -> lib/history/a.ts.');
  assert.deepEqual(others, []);
});

test('ROOMS: no import points upward: a room is never imported, directly or not, by one that it imports', () => {
  const finished = new Set<string>();
  const below = Object.keys(ROOMS).filter((room) => /^(lib|components)\//.test(room));
  for (let left = below; left.length > 0; ) {
    const next = left.filter((room) => !ROOMS[room]?.every((other) => other === room || finished.has(other)));
    assert.ok(next.length < left.length, `rooms that import each other: ${next.join(', ')}`);
    for (const room of left) if (!next.includes(room)) finished.add(room);
    left = next;
  }
});
