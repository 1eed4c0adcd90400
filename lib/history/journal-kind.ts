/** `registry` is what its header says, with the time each agent was last seen; `server` is the dashboard itself. */
export type JournalKind = 'agent' | 'lock' | 'source' | 'server' | 'attention' | 'registry';
