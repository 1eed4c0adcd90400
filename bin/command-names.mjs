// @ts-check
/** The commands that ask a running dashboard, for scripts and agents. */
export const COMMAND_NAMES = /** @type {const} */ ([
  'send',
  'broadcast',
  'locks',
  'lock',
  'release',
  'tasks',
  'permissions',
  'allow',
  'deny',
  'watch',
  'mcp',
]);

/**
 * @param {readonly string[]} words the arguments after the name of the program
 * @returns {boolean} whether they are one of these commands and not the start of a dashboard
 */
export function isCommand(words) {
  const first = words[0] === '--' ? words[1] : words[0];
  return COMMAND_NAMES.some((name) => name === first);
}
