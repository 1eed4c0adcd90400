/** Wires the permission requests of a live swarm. */
import { PermissionActions } from '../actions/permissions';
import type { ActionGroup } from '../contract/action-groups';
import type { Hub } from '../hub/hub';
import { type ClaudeCode, UNKNOWN_SESSION } from './claude-code';

interface Parts {
  groups: readonly ActionGroup[];
  /** Functions, since these parts are created later. */
  hub: () => Hub;
  claude: () => ClaudeCode | null;
  /** Called when other requests wait. */
  onChange: () => void;
}

export function createPermissions({ groups, hub, claude, onChange }: Parts): PermissionActions {
  return new PermissionActions({
    enabled: groups.includes('permissions'),
    sight: (sessionId) => claude()?.sight(sessionId) ?? UNKNOWN_SESSION,
    streamCount: () => hub().subscriberCount,
    publish: (state) => {
      hub().setState('permissions', state);
      onChange();
    },
  });
}
