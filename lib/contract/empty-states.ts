/** The state of a swarm about which nothing is known. */
import {
  missingSources,
  NO_AGENTS,
  NO_ATTENTION,
  NO_LOCKS,
  NO_OUTGOING,
  NO_PERMISSIONS,
  NO_STATS,
  NO_TASKS,
  NO_USAGE,
  NO_WORK,
} from './defaults';
import { formatInstant } from './instant';
import type { States } from './state';

/** By kind, in the order of `STATE_KINDS`. */
export const EMPTY_STATES: States = {
  sources: missingSources('No source has been read yet.', formatInstant(Date.now())),
  agents: NO_AGENTS,
  locks: NO_LOCKS,
  stats: NO_STATS,
  attention: NO_ATTENTION,
  tasks: NO_TASKS,
  usage: NO_USAGE,
  permissions: NO_PERMISSIONS,
  outgoing: NO_OUTGOING,
  work: NO_WORK,
};
