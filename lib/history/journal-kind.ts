/**
 * `registry` is the header of the registry with the time each agent was last seen; `server` is the dashboard itself.
 */
export type JournalKind = 'agent' | 'lock' | 'source' | 'server' | 'attention' | 'registry';
