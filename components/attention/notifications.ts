import { useCallback, useEffect, useEffectEvent, useRef, useState, useSyncExternalStore } from 'react';
import { truncated } from '@/lib/client/text';
import type { AttentionEntry } from '@/lib/contract/schemas';
import { newEntries } from './attention';

/** `blocked`: the browser has been told to refuse; `unsupported`: it has no notifications here. */
export type NotificationState = 'off' | 'on' | 'blocked' | 'unsupported';

const SETTING = 'swarm-notifications';
/** More at once are told as one: a burst must not bury the screen. */
const MAX_AT_ONCE = 3;
const MAX_TEXT_LENGTH = 300;

const listeners = new Set<() => void>();
/** As last read: the permission is asked of another process of the browser, which is too slow for every draw. */
let known: NotificationState | null = null;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) void watchPermission();
  return () => listeners.delete(listener);
}

/** Learns of a permission that is given or taken in the browser's own settings, where the browser tells. */
async function watchPermission(): Promise<void> {
  const status = await navigator.permissions?.query({ name: 'notifications' }).catch(() => null);
  if (status) status.onchange = refresh;
}

function refresh(): void {
  known = read();
  for (const listener of listeners) listener();
}

function state(): NotificationState {
  known ??= read();
  return known;
}

function read(): NotificationState {
  if (typeof Notification === 'undefined') return 'unsupported';
  if (Notification.permission === 'denied') return 'blocked';
  return Notification.permission === 'granted' && localStorage.getItem(SETTING) === 'on' ? 'on' : 'off';
}

/** Whether the browser tells of what newly needs a person, and a function to switch it; it asks only when switched on. */
export function useNotificationSetting(): [NotificationState, () => Promise<void>] {
  const current = useSyncExternalStore<NotificationState>(subscribe, state, () => 'off');
  const toggle = useCallback(async () => {
    const wanted = read() === 'off';
    if (wanted && Notification.permission === 'default') await Notification.requestPermission();
    localStorage.setItem(SETTING, wanted ? 'on' : 'off');
    refresh();
  }, []);
  return [current, toggle];
}

/**
 * Tells of every entry that was not there before, while the person looks elsewhere.
 *
 * @param open leads to the entry that a notification was clicked for
 */
export function useNotifications(
  state: NotificationState,
  entries: readonly AttentionEntry[],
  open: (entry: AttentionEntry) => void,
): void {
  // What the page came with is no news.
  const [atFirst] = useState(() => new Set(entries.map(({ id }) => id)));
  const known = useRef(atFirst);
  const notify = useEffectEvent((fresh: readonly AttentionEntry[]) => {
    if (state !== 'on' || isPageVisible()) return;
    if (fresh.length > MAX_AT_ONCE) return show(`${fresh.length} new things need you`, '', 'several', null);
    for (const entry of fresh) {
      show(`${entry.subject} needs you`, entry.reason, entry.id, () => open(entry));
    }
  });
  useEffect(() => {
    const fresh = newEntries(known.current, entries);
    known.current = new Set(entries.map(({ id }) => id));
    if (fresh.length > 0) notify(fresh);
  }, [entries]);
}

function isPageVisible(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

function show(title: string, body: string, tag: string, open: (() => void) | null): void {
  const notification = new Notification(truncated(title, MAX_TEXT_LENGTH), {
    body: truncated(body, MAX_TEXT_LENGTH),
    tag,
  });
  notification.onclick = () => {
    window.focus();
    open?.();
    notification.close();
  };
}
