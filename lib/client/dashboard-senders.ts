/** The names under which messages are sent from this dashboard, as its record of commands says. */
import { use } from 'react';
import useSWR from 'swr';
import type { ActionEntry, ActionsAnswer } from '../contract/action-schemas';
import { ACTIONS_PATH } from '../contract/paths';
import { readJson, requestPath } from './api';
import { Moment } from './moment';
import { formatMoment } from './moments';

/** More names are not asked for. */
const MAX_NAMES = 20;
/** The newest messages of a name among which one that was sent is looked for. */
const MAX_EXAMINED = 10;
/** Outcomes of messages that the dashboard took; of others it is not known, or not true, that they were sent. */
const SENT: ReadonlySet<string> = new Set(['delivered', 'queued', 'mixed']);

/** For each name when the dashboard last sent a message under it, ISO 8601. */
export type DashboardSenders = ReadonlyMap<string, string>;

const NONE: DashboardSenders = new Map();

/**
 * Asks the record of commands about names that the registry does not list. An agent may use such a name too: what is
 * known is only that the dashboard sent under it.
 *
 * @returns the names for which there is evidence, up to the moment that the page shows; none until it is known
 */
export function useDashboardSenders(names: readonly string[]): DashboardSenders {
  const moment = use(Moment);
  const asked = [...new Set(names)].sort().slice(0, MAX_NAMES);
  const key = asked.length === 0 ? null : JSON.stringify(['senders', moment, asked]);
  const { data } = useSWR<DashboardSenders>(key, () => readSenders(asked, moment), {
    keepPreviousData: true,
    revalidateOnFocus: false,
    shouldRetryOnError: false,
  });
  return (key !== null && data) || NONE;
}

async function readSenders(names: readonly string[], moment: number | null): Promise<DashboardSenders> {
  const found = await Promise.all(
    names.map(async (sender) => {
      const query = new URLSearchParams({ sender, limit: String(MAX_EXAMINED) });
      if (moment !== null) query.set('until', formatMoment(moment));
      const { actions } = await readJson<ActionsAnswer>(requestPath(ACTIONS_PATH, query));
      return [sender, lastSent(actions)] as const;
    }),
  );
  return new Map(found.flatMap(([name, at]) => (at === null ? [] : [[name, at]])));
}

/**
 * @param actions commands that send messages, newest first
 * @returns when the newest one was sent that the dashboard took; null if there is none
 */
export function lastSent(actions: readonly Pick<ActionEntry, 'at' | 'outcome'>[]): string | null {
  return actions.find(({ outcome }) => SENT.has(outcome))?.at ?? null;
}
