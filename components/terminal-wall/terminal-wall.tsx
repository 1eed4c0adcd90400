import { type Dispatch, useState } from 'react';
import { readStored, store } from '@/lib/client/storage';
import { counted } from '@/lib/client/text';
import { isHidden } from '@/lib/contract/attention-marks';
import type { Agent, AgentsAnswer, AttentionAnswer } from '@/lib/contract/schemas';
import { AgentName } from '../ui/agent-name';
import { Choice } from '../ui/choice';
import { Empty, Scroller } from '../ui/panel';
import { automaticAgents, MAX_WALL_AGENTS, toggledAgent, WALL_SIZES, type WallSize, withPanes } from './wall-agents';
import { WallTile } from './wall-tile';

const STORED_SIZE = 'swarm_wall_size';
const SIZE_NAMES = Object.fromEntries(WALL_SIZES.map((size) => [size, size])) as Record<WallSize, string>;

interface TerminalWallProps {
  agents: AgentsAnswer;
  attention: AttentionAnswer;
  /** Whether the page shows a past moment. */
  past: boolean;
  onOpen: (agent: string) => void;
}

/** Previews of several terminals, chosen automatically or by hand. */
export function TerminalWall({ agents, attention, past, onOpen }: TerminalWallProps) {
  const [size, setSize] = useState<WallSize>(readSize);
  /** Null: chosen automatically. */
  const [chosen, setChosen] = useState<readonly string[] | null>(null);
  const [shown, setShown] = useState<readonly string[]>([]);
  const candidates = withPanes(agents.agents);
  const ids = chosen ?? automaticAgents(agents.agents, shown, Number(size));
  // What is shown keeps its place at the next choice.
  if (ids.join('\n') !== shown.join('\n')) setShown(ids);
  if (past) {
    return (
      <Empty title="Terminals are not recorded.">
        This is a past moment. The wall shows the terminals as they are now: go back to live to see it.
      </Empty>
    );
  }
  if (candidates.length === 0 && chosen === null) {
    return (
      <Empty title="No agent has a pane.">
        A terminal is shown for each agent whose pane the registry or its session of Claude Code names. Start agents
        within tmux to see them here.
      </Empty>
    );
  }
  const needs = needsOf(attention);
  return (
    <>
      <div className="flex min-h-8 shrink-0 flex-wrap items-center gap-x-4 border-line border-b px-4 text-muted">
        {chosen === null ? (
          <Choice
            label="Terminals:"
            choices={WALL_SIZES}
            names={SIZE_NAMES}
            value={size}
            onChange={(next) => {
              setSize(next);
              store(STORED_SIZE, next);
            }}
          />
        ) : (
          <button type="button" className="link" onClick={() => setChosen(null)}>
            Choose automatically
          </button>
        )}
        <Chooser candidates={candidates} ids={ids} onChoose={setChosen} />
        {chosen === null && candidates.length > ids.length && (
          <span>
            {ids.length} of {counted(candidates.length, 'agent')} with a pane
          </span>
        )}
      </div>
      <Scroller label="Terminals" className="p-2">
        <ul className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,19rem),1fr))] gap-2">
          {ids.map((id) => (
            <WallTile
              key={id}
              id={id}
              agent={agents.agents.find((agent) => agent.id === id)}
              needs={needs.get(id) ?? null}
              onOpen={onOpen}
            />
          ))}
        </ul>
        {ids.length === 0 && <p className="px-2 text-muted">No terminal is chosen. Choose some above.</p>}
      </Scroller>
    </>
  );
}

interface ChooserProps {
  candidates: readonly Agent[];
  ids: readonly string[];
  onChoose: Dispatch<readonly string[]>;
}

function Chooser({ candidates, ids, onChoose }: ChooserProps) {
  const isFull = ids.length >= MAX_WALL_AGENTS;
  return (
    <details className="min-w-0">
      <summary className="w-fit cursor-pointer hover:text-ink">Choose by hand</summary>
      <fieldset className="flex max-h-24 flex-wrap gap-x-4 overflow-y-auto pb-1">
        <legend className="sr-only">Agents whose terminals are shown, at most {MAX_WALL_AGENTS}</legend>
        {candidates.map(({ id }) => (
          <label key={id} className="flex items-center gap-1.5">
            <input
              type="checkbox"
              checked={ids.includes(id)}
              disabled={isFull && !ids.includes(id)}
              onChange={() => onChoose(toggledAgent(ids, id))}
            />
            <AgentName id={id} max={40} />
          </label>
        ))}
      </fieldset>
    </details>
  );
}

/** Why each agent needs a person, for those that do and are not set aside. */
function needsOf({ attention }: AttentionAnswer): ReadonlyMap<string, string> {
  const open = attention.filter((entry) => !isHidden(entry));
  return new Map(open.flatMap(({ evidence, reason }) => evidence.agents.map((id): [string, string] => [id, reason])));
}

function readSize(): WallSize {
  return WALL_SIZES.find((size) => size === readStored(STORED_SIZE)) ?? '6';
}
