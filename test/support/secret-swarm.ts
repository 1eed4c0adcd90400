/** A swarm that must stay secret without credentials; each of its texts tries to break out of its context. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { createLock, LogWriter } from '../../lib/sources/claudeswarm/writer';
import { formatNaiveLocal } from '../../lib/sources/claudeswarm/written-form';

/** Occurs in every name and text of the swarm, and in no request. */
export const MARK = 'zq7x';
/** The header or field that a text adds if it breaks out. */
export const FORGED = 'x-forged';

const BREAKS = ['\r\n', '\n', '\r', '\n\n', '\r\n\r\n', '\u2028', '\u0085', '\0'];

/** @returns texts that try to end a line, a header, a field or an event and to begin another one */
export function injections(): string[] {
  return BREAKS.flatMap((end) => [
    `${end}X-Forged: 1`,
    `${end}event: ${FORGED}${end}data: {}${end}${end}`,
    `${end}id: ${FORGED}${end}`,
    `${end}{"level":30,"msg":"${FORGED}"}${end}`,
  ]);
}

/**
 * Writes the swarm.
 *
 * @param folder of the test; the root is created in it, with a name that tries to end a header
 * @returns the root
 */
export function plantSecretSwarm(folder: string): string {
  const root = join(folder, `${MARK}";\r\nX-Forged: 1`);
  mkdirSync(root);
  const now = Date.now();
  const instant = new Date(now).toISOString().replace('Z', '000+00:00');
  const texts = injections();
  const random = fc.sample(fc.string({ unit: 'binary', maxLength: 60 }), { numRuns: 100, seed: 5 });
  const names = ['', ...texts.slice(0, 12)].map((text, index) => `${MARK}-${index}${text}`);
  const json = (name: string, value: unknown) => writeFileSync(join(root, name), JSON.stringify(value));
  json('ACTIVE_AGENTS.json', {
    session_name: MARK,
    session_names: [MARK],
    updated_at: instant,
    agents: ['agent-0', ...names].map((id, index) => ({
      ...{ id, pane_index: `${MARK}:0.${index}`, pid: 4_194_400 + index, status: 'active', last_seen: instant },
      ...{ session_name: `${MARK}${texts[0]}`, tmux_pane_id: `%${index}` },
    })),
  });
  const log = new LogWriter(root);
  log.appendAll(
    [...texts, ...random].map((text, index) => ({
      ...{ sender: names[index % names.length], timestamp: formatNaiveLocal(now), msg_type: 'QUESTION' },
      ...{ content: `${MARK} ${text}`, recipients: ['agent-0', names[0]], msg_id: `${MARK}-${index}${text}` },
      ...{ delivery_status: { 'agent-0': false }, success_count: 0, failure_count: 1 },
    })),
  );
  log.close();
  mkdirSync(join(root, '.agent_locks'));
  for (const [index, agentId] of ['agent-0', ...names].entries()) {
    createLock(root, { agentId, filepath: `src/${MARK}-${index}${texts[index]}`, reason: `${MARK}${texts[1]}`, now });
  }
  json('TASKS.json', {
    tasks: { a: { task_id: MARK, objective: MARK, status: 'working', assigned_to: 'agent-0', blocked_by: [] } },
  });
  json('PENDING_ACKS.json', {
    pending_acks: [{ msg_id: MARK, sender_id: names[0], recipient_id: 'agent-0', message: { content: MARK } }],
  });
  json('CONFLICT_LOG.json', {
    conflicts: [{ conflict_id: MARK, agents_involved: [names[0], 'agent-0'], conflict_type: 'file_lock' }],
  });
  return root;
}
