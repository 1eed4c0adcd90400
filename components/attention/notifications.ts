import { useCallback, useEffect, useEffectEvent, useRef, useState, useSyncExternalStore } from 'react';
import { onStored, readStored, store } from '@/lib/client/storage';
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
/** The browser has refused to show a notification in spite of its permission, as Chrome on Android does. */
let refused = false;
let unwatch: (() => void) | null = null;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) {
    unwatch = onStored(SETTING, refresh);
    void watchPermission();
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) unwatch?.();
  };
}

/** Notices a permission that is changed in the browser's own settings, where the browser reports it. */
async function watchPermission(): Promise<void> {
  try {
    const status = await navigator.permissions.query({ name: 'notifications' });
    status.onchange = refresh;
  } catch {
    // The browser does not report it; the next page reads it.
  }
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
  if (typeof Notification === 'undefined' || refused) return 'unsupported';
  if (Notification.permission === 'denied') return 'blocked';
  return Notification.permission === 'granted' && readStored(SETTING) === 'on' ? 'on' : 'off';
}

/**
 * Whether notifications are on, and a function to switch them, in all tabs of the browser. The browser asks for
 * permission only when they are switched on.
 */
export function useNotificationSetting(): [NotificationState, () => Promise<void>] {
  const current = useSyncExternalStore<NotificationState>(subscribe, state, () => 'off');
  const toggle = useCallback(async () => {
    const wanted = read() === 'off';
    if (wanted && Notification.permission === 'default') await askPermission();
    store(SETTING, wanted ? 'on' : 'off');
    refresh();
  }, []);
  return [current, toggle];
}

async function askPermission(): Promise<void> {
  try {
    await Notification.requestPermission();
  } catch {
    // Without an answer the permission stays as it is, and so does the switch.
  }
}

/**
 * Shows a notification for each new entry while the page is in the background.
 *
 * @param loadedWith the entries that the page was loaded with, which are not new
 * @param open opens the entry of a clicked notification
 */
export function useNotifications(
  state: NotificationState,
  entries: readonly AttentionEntry[],
  loadedWith: readonly AttentionEntry[],
  open: (entry: AttentionEntry) => void,
): void {
  const [atFirst] = useState(() => new Set(loadedWith.map(({ id }) => id)));
  const known = useRef(atFirst);
  const notify = useEffectEvent((fresh: readonly AttentionEntry[]) => {
    // The setting is read again: a page in the background may learn late that another one has switched it off.
    if (state !== 'on' || isPageVisible() || readStored(SETTING) !== 'on') return;
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
  try {
    const notification = new Notification(truncated(title, MAX_TEXT_LENGTH), {
      body: truncated(body, MAX_TEXT_LENGTH),
      tag,
    });
    notification.onclick = () => {
      window.focus();
      open?.();
      notification.close();
    };
  } catch {
    refused = true;
    refresh();
  }
}
