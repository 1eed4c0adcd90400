import { type NotificationState, useNotificationSetting, useNotifications } from '@/components/attention/notifications';
import { useCommand } from '@/lib/client/shortcuts';
import type { AttentionEntry } from '@/lib/contract/schemas';
import { Bell, BellOff, BellRing } from '../ui/more-icons';

const WORDS: Record<NotificationState, string> = {
  off: 'Notify me of new items',
  on: 'Notifications are on',
  blocked: 'Notifications are blocked by the browser',
  unsupported: 'This browser does not support notifications on this page',
};
const ICONS = { off: Bell, on: BellRing, blocked: BellOff, unsupported: BellOff };

interface NotificationSwitchProps {
  /** The items that need a person now. */
  entries: readonly AttentionEntry[];
  /** Those that needed one when the page was loaded, which was before this script. */
  loadedWith: readonly AttentionEntry[];
  /** The page shows the past: notifications are paused. */
  paused: boolean;
  onOpen: (entry: AttentionEntry) => void;
}

/**
 * Switches browser notifications about new attention items on or off; they appear while the page is in the background.
 */
export function NotificationSwitch({ entries, loadedWith, paused, onOpen }: NotificationSwitchProps) {
  const [state, toggle] = useNotificationSetting();
  useNotifications(paused ? 'off' : state, entries, loadedWith, onOpen);
  useCommand('Switch notifications on or off', () => void toggle(), {
    enabled: !paused && (state === 'on' || state === 'off'),
  });
  const Icon = ICONS[state];
  const words = paused && state === 'on' ? 'Notifications pause in the past' : WORDS[state];
  return (
    <button
      type="button"
      aria-pressed={state === 'on'}
      disabled={paused || state === 'blocked' || state === 'unsupported'}
      onClick={() => void toggle()}
      title={words}
      className="needs-script quiet-button min-w-0 shrink"
    >
      <Icon className="size-3.5 shrink-0" />
      <span className="truncate">{words}</span>
    </button>
  );
}
