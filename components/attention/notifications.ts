import { useCallback, useEffect, useEffectEvent, useRef, useState, useSyncExternalStore } from 'react';
import { truncated } from '@/lib/client/text';
import type { AttentionEntry } from '@/lib/contract/schemas';
import { newEntries } from './attention';

/**
 * `blocked`: the person has blocked them in the browser; `unsupported`: this page cannot use them, for example without
 * HTTPS.
 */
export type NotificationState = 'off' | 'on' | 'blocked' | 'unsupported';

const SETTING = 'swarm-notifications';
/** A larger number at once becomes one notification, so that a burst does not cover the screen. */
const MAX_AT_ONCE = 3;
const MAX_TEXT_LENGTH = 300;

const listeners = new Set<() => void>();
/** The permission as last read: reading it asks another process of the browser, which is too slow for every render. */
let known: NotificationState | null = null;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) void watchPermission();
  return () => listeners.delete(listener);
}

/** Notices a permission that is changed in the browser's own settings, where the browser reports it. */
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

/**
 * Whether notifications are on, and a function to switch them. The browser asks for permission only when they are
 * switched on.
 */
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
 * Shows a notification for each new entry while the page is in the background.
 *
 * @param open opens the entry of a clicked notification
 */
export function useNotifications(
  state: NotificationState,
  entries: readonly AttentionEntry[],
  open: (entry: AttentionEntry) => void,
): void {
  // Entries that the page was loaded with are not new.
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
