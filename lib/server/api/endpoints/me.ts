/** The endpoint that says who the caller is, and what it may do. */
import { ACTION_GROUPS } from '../../../contract/action-groups';
import type { Me } from '../../../contract/action-schemas';
import { ME_PATH } from '../../../contract/paths';
import type { Runtime } from '../../../swarms/swarm';
import { ALL_OFF, BUNDLE_SHOWN } from '../../access/operator';
import type { Principal } from '../../access/principal';
import { declare, type Endpoint, jsonResponse } from '../endpoint';
import type { ServerContext } from '../server-context';

export const ME_ENDPOINTS: readonly Endpoint[] = [
  declare({
    path: ME_PATH,
    scope: 'read',
    tag: 'Commands',
    id: 'getMe',
    summary: 'Who the caller is, and what it may do',
    description:
      'Commands need credentials with the scope `write`; where none are set, the operator key as a bearer token, from this ' +
      'computer. A wrong operator key is answered here too, and counts as a failed login.',
    answer: 'me',
    identifies: true,
    answerTo: ({ principal, context }) => jsonResponse(JSON.stringify(describeCaller(principal, context))),
  }),
];

/** @returns who a caller is, what it may do, and why not more */
export function describeCaller(
  { credential, via, mayWrite, refusal }: Principal,
  { config, runtime }: Pick<ServerContext, 'config'> & { runtime: Pick<Runtime, 'actions' | 'bundle'> },
): Me {
  const isLive = runtime.actions !== null;
  const off = ACTION_GROUPS.filter((group) => !config.actions.includes(group));
  return {
    name: credential?.name ?? null,
    via,
    scope: mayWrite ? 'write' : 'read',
    actions: mayWrite && isLive ? [...config.actions] : [],
    reason: notLive(runtime) ?? switchedOff(off, off.length === ACTION_GROUPS.length, refusal?.message ?? null),
    accepts_key: isLive && config.actions.length > 0 && refusal?.code === 'operator_key_required',
  };
}

function notLive({ actions, bundle }: Pick<Runtime, 'actions' | 'bundle'>): string | null {
  if (actions !== null) return null;
  if (bundle === null) return 'No swarm is shown; start the dashboard with the folder of a project to act.';
  return BUNDLE_SHOWN;
}

function switchedOff(off: readonly string[], all: boolean, refusal: string | null): string | null {
  if (all) return ALL_OFF;
  if (refusal !== null || off.length === 0) return refusal;
  return `These commands are switched off: ${off.join(', ')}. The setting ACTIONS lists those that are on.`;
}
