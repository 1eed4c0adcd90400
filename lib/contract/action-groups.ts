/** The groups of commands that the setting ACTIONS switches on. */
export const ACTION_GROUPS = ['locks', 'messages', 'terminal', 'permissions', 'tasks'] as const;
export type ActionGroup = (typeof ACTION_GROUPS)[number];
