/**
 * `registry` is the header of the registry with the time each agent was last seen; `server` is the dashboard itself.
 */
export type JournalKind = 'agent' | 'lock' | 'source' | 'server' | 'attention' | 'registry' | 'task';

/**
 * The subject under which `server` has how the tasks were read. A version that does not know tasks removes it when it
 * begins to record, so that its moments have no tasks of before.
 */
export const JOURNALED_TASKS = 'tasks';
