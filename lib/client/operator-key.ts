/** Names that the script of `take-key.ts` shares with the page. */
import { HOME } from './base-path';

/** Where the browser keeps the operator key. Several dashboards may be served below one origin, each with its own. */
export const KEY_NAME = `swarm_operator_key:${HOME}`;
/** The property of the window with a key that the browser refuses to store. */
export const UNSTORED_KEY = 'swarmOperatorKey';
/** The event of the window when a key was taken out of the address. */
export const KEY_ARRIVED = 'swarm-operator-key';
