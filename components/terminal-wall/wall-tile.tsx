import { agentState } from '@/components/agents/agent-state';
import { State } from '@/components/agents/state-mark';
import { DialogMark } from '@/components/terminal/dialog-mark';
import { dialogNotice, terminalNotice } from '@/components/terminal/terminal-words';
import type { Agent } from '@/lib/contract/schemas';
import { AgentName } from '../ui/agent-name';
import { Text } from '../ui/text';
import { usePreview } from './use-preview';

interface WallTileProps {
  id: string;
  /** Undefined where the agent is not listed any more. */
  agent: Agent | undefined;
  /** Why it needs a person, a sentence; null if it does not. */
  needs: string | null;
  onOpen: (id: string) => void;
}

/** The preview of one terminal, which opens it. */
export function WallTile({ id, agent, needs, onOpen }: WallTileProps) {
  const { canvas, probe, status } = usePreview(id);
  const notice = terminalNotice(status);
  const dialog = dialogNotice(agent, status);
  return (
    <li
      data-needs={needs === null && dialog === null ? undefined : true}
      className="relative flex h-44 min-w-0 flex-col overflow-hidden rounded-md border border-line bg-paper data-needs:border-bad"
    >
      <div className="flex min-h-7 items-center gap-2 border-line border-b px-2">
        <button type="button" className="tile-button min-w-0 truncate font-medium" onClick={() => onOpen(id)}>
          <AgentName id={id} />
          <span className="sr-only">: open its terminal</span>
        </button>
        {dialog ? <DialogMark {...dialog} /> : agent && <State {...agentState(agent)} />}
        {needs !== null && (
          <span className="ml-auto shrink-0 text-bad" title={needs}>
            needs you
          </span>
        )}
      </div>
      <div className="relative min-h-0 flex-1">
        {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: a canvas takes no focus */}
        <canvas ref={canvas} aria-hidden="true" className={`size-full ${notice ? 'opacity-40' : ''}`} />
        {notice && (
          <p
            className={`wrap-anywhere absolute inset-x-0 bg-paper px-2 py-1 ${notice.instead ? 'top-0' : 'bottom-0 border-line border-t'}`}
          >
            {notice.title}{' '}
            {notice.instead && notice.detail !== '' && (
              <span className="text-muted">
                <Text value={notice.detail} max={160} prose />
              </span>
            )}
          </p>
        )}
        <span ref={probe} className="font-mono" aria-hidden="true" />
      </div>
    </li>
  );
}
