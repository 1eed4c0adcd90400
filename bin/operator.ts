/** What the launcher does about the operator key: creates it, and shows the link that gives it to the page. */
import type { Config } from '../lib/config/config';
import {
  ensureOperatorKey,
  newOperatorKey,
  OPERATOR_KEY,
  operatorLink,
  usesOperatorKey,
} from '../lib/config/operator-key';
import { readSecret } from '../lib/config/secret-file';
import type { Arguments } from './arguments';

export interface OperatorPlan {
  /** The key of the link; null if commands need none or none are accepted. */
  key: string | null;
  /** The key exists only for this demo, which leaves no files behind. */
  temporary: boolean;
}

/**
 * Chooses the operator key of a start. A demo uses the key of this user if there is one.
 *
 * @param warn receives a sentence if there can be no key
 */
export function planOperator(
  { action, open, readOnly }: Pick<Arguments, 'action' | 'open' | 'readOnly'>,
  config: Config,
  warn: (sentence: string) => void,
): OperatorPlan {
  const actions = readOnly ? [] : config.actions;
  if (!usesOperatorKey({ ...config, actions, bundle: open })) return { key: null, temporary: false };
  const path = config.operatorKeyFile;
  if (action === 'demo' && readSecret(path, { ...OPERATOR_KEY, missing: null }).kind === 'missing') {
    return { key: newOperatorKey(), temporary: true };
  }
  const made = ensureOperatorKey(path);
  if ('key' in made) return { key: made.key, temporary: false };
  warn(made.fault);
  return { key: null, temporary: false };
}

/**
 * @param address of the dashboard
 * @param terminal whether a person reads it at once: a file must not contain the key
 * @returns the lines that say where the dashboard is and how to act from the page
 */
export function describeAddress(address: string, plan: OperatorPlan, keyFile: string, terminal: boolean): string {
  const plain = `The dashboard is at ${address}. Ctrl-C stops it.`;
  if (plan.key === null) return plain;
  if (terminal) {
    return `The dashboard is at ${operatorLink(address, plan.key)}\nWhoever has this link can send commands. Ctrl-C stops the dashboard.`;
  }
  const place = plan.temporary ? 'the operator key of the demo' : `the content of ${keyFile}`;
  return `${plain}\nTo act from the page, open ${operatorLink(address, '')} followed by ${place}.`;
}

/** @returns the lines that say what a new operator key means */
export function describeNewKey(address: string, key: string, keyFile: string, terminal: boolean): string {
  const link = terminal
    ? operatorLink(address, key)
    : `${operatorLink(address, '')} followed by the content of the file`;
  return (
    `The new operator key is in ${keyFile}. Running dashboards of this user accept it from now on, and the former one no longer.\n` +
    `To act from the page again, open ${link}`
  );
}
