import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { samples } from '../../../test/support/samples';
import { AGENT_CARDS_FILE, AgentCardsReader, parseAgentCards } from './agent-cards';

const folder = mkdtempSync(join(tmpdir(), 'cards-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function cardsIn(value: unknown) {
  const parsed = parseAgentCards(Buffer.from(JSON.stringify(value)));
  assert.ok('cards' in parsed);
  return { cards: Object.fromEntries(parsed.cards), skipped: parsed.skipped };
}

test('parseAgentCards(): reads name, role and time of a card; the role is its description, else its specializations, else its skills', () => {
  const updated_at = '2026-02-03T08:00:00.5+00:00';
  const { cards, skipped } = cardsIn({
    version: '1.0',
    cards: {
      a: { agent_id: 'a', name: ' UI\n builder', description: 'Builds the\tpage.', skills: ['react'], updated_at },
      b: {
        agent_id: 'b',
        name: 'Planner',
        description: '',
        specializations: ['api', 'db'],
        skills: ['python'],
        availability: 'busy',
        success_rates: { python: 0.55, x: 'y' },
      },
      c: { agent_id: 'c', name: '', description: ' ', specializations: [], skills: ['testing', 7, 'python'] },
    },
  });
  assert.deepEqual(cards, {
    a: {
      ...{ name: 'UI builder', role: 'Builds the page.', updatedAt: Date.UTC(2026, 1, 3, 8, 0, 0, 500) },
      ...{ description: 'Builds the\tpage.', availability: null, skills: ['react'] },
      ...{ specializations: [], success_rates: [] },
    },
    b: {
      ...{ name: 'Planner', role: 'api, db', updatedAt: null, description: null, availability: 'busy' },
      ...{ skills: ['python'], specializations: ['api', 'db'], success_rates: [{ skill: 'python', rate: 0.55 }] },
    },
    c: {
      ...{ name: null, role: 'testing, python', updatedAt: null, description: null, availability: null },
      ...{ skills: ['testing', '7', 'python'], specializations: [], success_rates: [] },
    },
  });
  assert.deepEqual(skipped, []);
});

test('parseAgentCards(): takes the key for a missing id, and skips only entries that say nothing', () => {
  const { cards, skipped } = cardsIn({ cards: { a: { name: 'A' }, b: 7, c: { name: 5, skills: 'x' }, d: [] } });
  assert.deepEqual(Object.keys(cards), ['a']);
  assert.deepEqual(skipped, [
    { reason: 'entry is not an object', count: 2, last: 'cards["d"]' },
    { reason: 'entry has neither a name nor a role', count: 1, last: 'cards["c"]' },
  ]);
});

test('parseAgentCards(): texts are bounded, and cards beyond 2,000 are counted', () => {
  const long = cardsIn({ cards: { a: { name: 'n'.repeat(9999), skills: ['s'.repeat(9999), 't'] } } }).cards.a;
  assert.ok((long?.name?.length ?? 999) <= 140 && (long?.role?.length ?? 999) <= 140);
  const many = Object.fromEntries(Array.from({ length: 2003 }, (_, index) => [`agent-${index}`, { name: 'N' }]));
  const { cards, skipped } = cardsIn({ cards: many });
  assert.equal(Object.keys(cards).length, 2000);
  assert.deepEqual(skipped, [{ reason: 'beyond the first 2000 entries', count: 3, last: 'cards["agent-2002"]' }]);
});

test('parseAgentCards(): any JSON is read without an exception', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (cards) => {
      for (const value of [cards, { cards }, { cards: { a: cards } }]) {
        const parsed = parseAgentCards(Buffer.from(JSON.stringify(value)));
        assert.ok('error' in parsed || parsed.cards.size <= 2000);
      }
    }),
  );
  for (const text of ['', '{', '[]', '{"cards": []}', 'null']) {
    assert.ok('error' in parseAgentCards(Buffer.from(text)), text);
  }
});

test('AgentCardsReader: keeps the last good cards while the file is unusable, and says so', () => {
  const reader = new AgentCardsReader(folder);
  reader.refresh();
  assert.equal(reader.status.state, 'missing');
  assert.equal(reader.cards.size, 0);
  writeFileSync(join(folder, AGENT_CARDS_FILE), '{"cards": {"a": {"name": "Ada"}}}');
  assert.equal(reader.refresh(), true);
  assert.equal(reader.status.state, 'ok');
  writeFileSync(join(folder, AGENT_CARDS_FILE), '{"cards": ');
  assert.equal(reader.refresh(), true);
  assert.equal(reader.status.state, 'unreadable');
  assert.match(reader.status.reason ?? '', /^AGENT_CARDS\.json is unusable: invalid JSON; the names and roles/);
  assert.equal(reader.cards.get('a')?.name, 'Ada');
});

test('AgentCardsReader: reads the cards that the tool wrote', () => {
  const root = samples().find(({ name }) => name === 'normal-swarm')?.root;
  assert.ok(root);
  const reader = new AgentCardsReader(root);
  reader.refresh();
  const cards = [...reader.cards].map(([id, { name, role }]) => [id, name, role]);
  assert.deepEqual(cards, [
    ['agent-0', 'Planner', 'api'],
    ['agent-1', 'UI builder', 'typescript, react, frontend, api'],
    ['agent-2', 'Tester', 'testing, python'],
  ]);
});
