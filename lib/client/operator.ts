/**
 * Whether this page may act: asks the server, and keeps the operator key of this browser. Loaded after the first page
 * (`commands.ts`).
 */
import type { Me } from '../contract/action-schemas';
import { ME_PATH } from '../contract/paths';
import { readJson } from './api';
import { KEY_ARRIVED, KEY_NAME, UNSTORED_KEY } from './operator-key';
import { onStored, readStored, removeStored, store } from './storage';

const RETRY_INTERVAL_MS = 5000;
const KEY = /^(?:.*#(?:.*&)?key=)?([A-Za-z0-9_-]{43})$/;

/** What the page knows about its caller. */
export interface Standing {
  me: Me;
  /** The operator key that the server has accepted; null if it needs none, or accepts none. */
  key: string | null;
}

type Publish = (standing: Standing) => void;

let publish: Publish | null = null;
let retry: ReturnType<typeof setTimeout> | undefined;
/** The number of the last question: an older answer that comes later is not used. */
let asked = 0;

/** Asks now, and again whenever the key of this browser changes, until the returned function is called. */
export function followOperator(onStanding: Publish): () => void {
  publish = onStanding;
  const refresh = () => void refreshOperator();
  const unfollow = onStored(KEY_NAME, refresh);
  window.addEventListener(KEY_ARRIVED, refresh);
  refresh();
  return () => {
    publish = null;
    clearTimeout(retry);
    unfollow();
    window.removeEventListener(KEY_ARRIVED, refresh);
  };
}

/** Asks again, for example after the server was restarted. While it does not answer, what was known stays. */
export async function refreshOperator(): Promise<void> {
  asked += 1;
  const number = asked;
  clearTimeout(retry);
  try {
    const standing = await askStanding();
    if (number === asked) publish?.(standing);
  } catch {
    if (number === asked && publish !== null) retry = setTimeout(() => void refreshOperator(), RETRY_INTERVAL_MS);
  }
}

/** The key is sent only where nothing else says who asks: a server with credentials would count it as a wrong one. */
async function askStanding(): Promise<Standing> {
  const key = storedKey();
  const me = await readJson<Me>(ME_PATH);
  if (key === null || me.via !== null) return { me, key: null };
  const keyed = await readJson<Me>(ME_PATH, { authorization: `Bearer ${key}` });
  return { me: keyed, key: keyed.via === 'operator_key' ? key : null };
}

/** @returns the operator key that this browser keeps, accepted or not; null if it has none */
export function storedKey(): string | null {
  const here = window as unknown as Record<string, unknown>;
  const unstored = here[UNSTORED_KEY];
  if (typeof unstored === 'string') {
    store(KEY_NAME, unstored);
    delete here[UNSTORED_KEY];
  }
  return readStored(KEY_NAME);
}

/**
 * Keeps a key that a person has typed or pasted.
 *
 * @param text the key, or the link with it
 * @returns whether the text contains a key
 */
export function keepKey(text: string): boolean {
  const key = KEY.exec(text.trim())?.[1];
  if (key === undefined) return false;
  store(KEY_NAME, key);
  void refreshOperator();
  return true;
}

/** Removes the key from this browser, for all its tabs. */
export function forgetKey(): void {
  removeStored(KEY_NAME);
  void refreshOperator();
}
