import { randomBytes } from 'node:crypto';
import type { ActionRecord } from '../../lib/contract/action-record';

/** @returns the record of a command that has begun, with a run of its own */
export function actionRecord(fields: Partial<ActionRecord> = {}): ActionRecord {
  return {
    run: randomBytes(12).toString('base64url'),
    ...{ at: 0, endedAt: null, principal: 'ada', client: '127.0.0.1', action: 'release_lock', target: null },
    ...{ agentId: null, request: 'null', outcome: 'started', detail: null, key: null, fingerprint: null, answer: null },
    ...fields,
  };
}
