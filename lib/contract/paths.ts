/**
 * The path of every endpoint, with `{name}` for a part that varies. Each path is written here and nowhere else. Each is
 * an export of its own, so that a browser loads only the paths that it uses.
 */
export const AGENTS_PATH = '/api/agents';
export const AGENT_HISTORY_PATH = '/api/agents/{id}';
/** For ids that no path can contain. */
export const AGENT_HISTORY_BY_QUERY_PATH = '/api/agent';
export const LOCKS_PATH = '/api/locks';
export const LOCK_HISTORY_PATH = '/api/locks/history';
export const RELEASE_LOCK_PATH = '/api/locks/release';
export const CLEAN_UP_LOCKS_PATH = '/api/locks/cleanup';
export const MESSAGES_PATH = '/api/messages';
/** Messages of the dashboard that are on their way. */
export const OUTGOING_PATH = '/api/messages/outgoing';
export const OUTGOING_MESSAGE_PATH = '/api/messages/outgoing/{id}';
export const ACKS_PATH = '/api/acks';
export const REMOVE_ACK_PATH = '/api/acks/remove';
export const TASKS_PATH = '/api/tasks';
export const TASK_PATH = '/api/tasks/{id}';
export const STATS_PATH = '/api/stats';
export const ATTENTION_PATH = '/api/attention';
export const ATTENTION_ITEM_PATH = '/api/attention/{id}';
export const ACKNOWLEDGE_PATH = '/api/attention/{id}/ack';
export const SNOOZE_PATH = '/api/attention/{id}/snooze';
export const WAITING_PATH = '/api/waiting';
/** Who the caller is, and what it may do. */
export const ME_PATH = '/api/me';
export const STREAM_PATH = '/api/stream';
export const WEBSOCKET_PATH = '/api/ws';
export const STATE_PATH = '/api/state';
export const TIMELINE_PATH = '/api/timeline';
export const TALK_PATH = '/api/talk';
export const USAGE_PATH = '/api/usage';
export const BUNDLE_PATH = '/api/bundle';
export const ACTIONS_PATH = '/api/actions';
export const PERMISSIONS_PATH = '/api/permissions';
export const PERMISSION_PATH = '/api/permissions/{id}';
export const PERMISSION_PRESENCE_PATH = '/api/permissions/presence';
export const WORK_CONTEXTS_PATH = '/api/work/contexts';
export const WORK_CONFLICTS_PATH = '/api/work/conflicts';
export const WORK_DELEGATIONS_PATH = '/api/work/delegations';
export const WORK_LEARNING_PATH = '/api/work/learning';
export const WORK_MEMORY_PATH = '/api/work/memory';
export const WORK_COORDINATION_PATH = '/api/work/coordination';
export const GIT_PATH = '/api/git';
export const AGENT_GIT_PATH = '/api/agents/{id}/git';
/** For the hooks of Claude Code. */
export const HOOKS_PATH = '/hooks/claude';
export const HEALTH_PATH = '/health';
export const METRICS_PATH = '/metrics';
export const OPENAPI_PATH = '/openapi.json';
