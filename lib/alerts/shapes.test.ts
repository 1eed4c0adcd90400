import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert, AlertPost } from '../contract/alert-schemas';
import { alertPost } from '../contract/alert-schemas';
import { UNKNOWN_ATTENTION_FACTS } from '../contract/defaults';
import { postOutcome } from './deliver';
import { linkTo, postBody } from './shapes';

const HOSTILE =
  '<!channel> <@U1> @everyone @Here [a](https://evil.example) <https://evil.example|ok> `x` \u202Etxt\u200B\n&amp;';

function alert(reason = HOSTILE, more: Partial<Alert> = {}): Alert {
  const evidence = { agents: ['agent-1'], locks: [], messages: ['e.1'], sources: [] };
  const known = { id: 'blocked_unanswered:m', since: '2026-02-03T09:30:00.000+00:00', subject: 'agent-1', evidence };
  const entry = {
    ...UNKNOWN_ATTENTION_FACTS,
    ...known,
    kind: 'blocked_unanswered' as const,
    severity: 'critical' as const,
    reason,
  };
  return { key: 'k', event: 'new', at: known.since, entry, link: 'https://swarm.example/?message=e.1', ...more };
}

function post(...alerts: Alert[]): AlertPost {
  return { version: 1, swarm: 'proj<ect>', receiver: 'ops', alerts, left_out: 0 };
}

test('postBody(): the plain shape is the contract, word for word', () => {
  const sent = post(alert());
  assert.deepEqual(alertPost.parse(JSON.parse(postBody('json', sent))), sent);
});

test("bodyOf(): the swarm's text mentions nobody, formats nothing and is no link", () => {
  for (const alerts of [[alert()], [alert(), alert()]]) {
    for (const format of ['slack', 'discord'] as const) {
      const body = postBody(format, post(...alerts));
      assert.doesNotMatch(body, /@everyone|@here|evil\.example\|ok>|https:\/\/evil|\u202E|\u200B/i);
      const parsed = JSON.parse(body);
      if (format === 'slack') {
        assert.doesNotMatch(body.replaceAll('<https://swarm.example/?message=e.1|Open the page>', ''), /[<>]/);
        const marked = JSON.stringify(parsed.blocks).match(/"mrkdwn","text":"[^"]*"/g) ?? [];
        for (const text of marked) assert.doesNotMatch(text, /channel|evil/);
      } else {
        assert.deepEqual(parsed.allowed_mentions, { parse: [] });
        const texts = [parsed.content, ...parsed.embeds.map(({ description }: { description: string }) => description)];
        for (const text of texts) assert.doesNotMatch(text, /(?<!\\)[[\]()<`]/);
      }
    }
  }
});

test('postBody(): many alerts are summarised, within the limits of the services', () => {
  const many = Array.from({ length: 50 }, () => alert('<'.repeat(5000)));
  const slack = JSON.parse(postBody('slack', { ...post(...many), left_out: 2 }));
  assert.ok(slack.blocks.length <= 50);
  assert.equal(slack.blocks.at(-1).text.text, 'and 42 more');
  for (const one of [slack, JSON.parse(postBody('slack', post(alert('&'.repeat(5000)))))]) {
    for (const { text } of one.blocks) assert.ok((text?.text.length ?? 0) <= 3000);
  }
  const discord = JSON.parse(postBody('discord', post(...many)));
  assert.ok(discord.embeds.length <= 10 && discord.content.length <= 2000);
  const length = discord.embeds.reduce(
    (sum: number, { title, description }: Record<string, string>) => sum + `${title}${description}`.length,
    0,
  );
  assert.ok(length <= 6000, `${length}`);
  assert.match(discord.content, /and 40 more$/);
});

test('a link opens the subject of the entry', () => {
  const { entry } = alert();
  const { evidence } = entry;
  assert.equal(linkTo(entry, null), null);
  assert.equal(linkTo(entry, 'https://a.example/swarm/'), 'https://a.example/swarm/?message=e.1');
  const dead = { ...entry, kind: 'agent_dead' as const };
  assert.equal(linkTo({ ...dead, evidence: { ...evidence, locks: ['l'] } }, 'https://a/'), 'https://a/?agent=agent-1');
  const waiting = linkTo({ ...dead, kind: 'permission_waiting' }, 'https://a/');
  assert.equal(waiting, 'https://a/?permission=all&agent=agent-1');
  const stale = { ...entry, kind: 'lock_stale' as const, evidence: { ...evidence, messages: [], locks: ['l&x'] } };
  assert.equal(linkTo(stale, 'https://a/'), 'https://a/?lock=l%26x');
});

test('outcomes of answers: which are tried again, and when', () => {
  const now = Date.parse('2026-02-03T09:30:00Z');
  for (const status of [200, 204]) assert.deepEqual(postOutcome(status, undefined), { kind: 'delivered' });
  for (const status of [301, 401, 404, 408, 429, 500, 503]) assert.equal(postOutcome(status, undefined).kind, 'failed');
  for (const status of [400, 405, 410, 413, 422]) assert.equal(postOutcome(status, '5').kind, 'refused');
  const after = (text: string) => {
    const outcome = postOutcome(429, text, now);
    return outcome.kind === 'failed' ? outcome.retryAfterMs : undefined;
  };
  assert.deepEqual(['7', '0.5', 'Tue, 03 Feb 2026 09:31:00 GMT', '-1', 'soon'].map(after), [
    7000,
    500,
    60_000,
    null,
    null,
  ]);
});
