/** Paths of commands, below the address of the dashboard. */
export const RELEASE_LOCK_PATH = '/api/locks/release';
export const PERMISSIONS_PATH = '/api/permissions';
export const PERMISSION_PATH = '/api/permissions/{id}';
