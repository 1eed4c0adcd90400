import { Fragment } from 'react';
import { served } from '@/lib/client/base-path';
import { byGroup, type Command, useCommands } from '@/lib/client/shortcuts';
import type { CalmSetting } from '@/lib/client/use-calm';
import type { Source } from '@/lib/contract/schemas';
import { Dialog } from '../ui/dialog';
import { Keys } from '../ui/keys';
import { Text } from '../ui/text';
import { ClockTime } from '../ui/time';

/** Keys of focused elements, which are not in the registry of shortcuts. */
const EVERYWHERE: readonly [string[], string][] = [
  [['↑', '↓'], 'Move in a list; Home and End go to its ends'],
  [['Enter'], 'Open the marked item'],
  [['Tab'], 'Go to the next control; with Shift to the previous one'],
  [['←', '→'], 'On the line between two panels: resize them; Enter collapses one'],
];

interface HelpDialogProps {
  calmSetting: CalmSetting;
  hooks: Source;
  onClose: () => void;
}

/** Lists every key with its action, and below them the settings that have no place of their own on the page. */
export function HelpDialog({ calmSetting: { calm, setCalm }, hooks, onClose }: HelpDialogProps) {
  const groups = byGroup(withKeys(useCommands()));
  return (
    <Dialog title="Keys" onClose={onClose}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div tabIndex={0} className="min-h-0 columns-1 gap-8 overflow-y-auto px-5 py-4 sm:columns-2">
        {groups.map(([group, commands]) => (
          <Group key={group} title={group} rows={commandRows(commands)} />
        ))}
        <Group title="Everywhere" rows={EVERYWHERE} />
      </div>
      <label className="flex items-center gap-2 border-line border-t px-5 py-3">
        <input type="checkbox" checked={calm} onChange={(event) => setCalm(event.target.checked)} />
        Calm page: show at most one update a second
      </label>
      <p className="border-line border-t px-5 py-3 text-muted">
        <HooksState hooks={hooks} />
      </p>
      <p className="border-line border-t px-5 py-3 text-muted">
        The palette (<Keys keys="mod+k" />) finds every command by its name. For programs there is an API:{' '}
        <a className="link underline" href={served('/redoc')}>
          its reference
        </a>
        , or{' '}
        <a className="link underline" href={served('/docs')}>
          try it out
        </a>
        .
      </p>
    </Dialog>
  );
}

/** Says whether Claude Code reports to the dashboard by hooks, or only files are read. */
function HooksState({ hooks: { state, reason, since } }: { hooks: Source }) {
  if (state !== 'ok') return <Text value={reason ?? 'Whether hooks report is not known.'} prose />;
  return (
    <>
      Hooks of Claude Code report prompts and ends of turns at once, since <ClockTime instant={since} />.
    </>
  );
}

type Bound = Command & { keys: string };

function withKeys(commands: readonly Command[]): Bound[] {
  return commands.filter((command): command is Bound => command.keys !== null);
}

/** Merges commands with the same label into one row with all their keys. */
function commandRows(commands: readonly Bound[]): [string[], string][] {
  const rows = new Map<string, Set<string>>();
  for (const { keys, description } of commands) rows.set(description, (rows.get(description) ?? new Set()).add(keys));
  return [...rows].map(([description, keys]) => [[...keys], description]);
}

function Group({ title, rows }: { title: string; rows: readonly (readonly [readonly string[], string])[] }) {
  return (
    <section className="mb-5 break-inside-avoid">
      <h3 className="mb-1 text-muted text-xs">{title}</h3>
      <dl>
        {rows.map(([keys, description]) => (
          <div key={`${keys.join()} ${description}`} className="flex items-baseline justify-between gap-4 py-0.5">
            <dt>{description}</dt>
            <dd className="flex shrink-0 gap-1">
              {keys.map((key, index) => (
                <Fragment key={key}>
                  {index > 0 && <span className="text-muted text-xs">or</span>}
                  <Keys keys={key} />
                </Fragment>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
