import { type ReactNode, useState } from 'react';
import { requestPath } from '@/lib/client/api';
import { counted } from '@/lib/client/text';
import { WORK_MEMORY_PATH } from '@/lib/contract/paths';
import type { AgentMemory, MemoryAnswer } from '@/lib/contract/work-answers';
import { Text, Words } from '../ui/text';
import { RelativeTime } from '../ui/time';
import { AgentLink, FilePart, LeftOff } from './file-part';
import { useWork } from './use-work';
import { rateWords, spoken, versionOf } from './work';
import type { WorkProps } from './work-props';

/** What agents remember; each memory is read when it is opened. */
export function MemoryPart({ work, onGo }: WorkProps) {
  const version = versionOf('memory', work);
  return (
    <FilePart<MemoryAnswer>
      label="Memory"
      path={WORK_MEMORY_PATH}
      version={version}
      file=".agent_memory folder"
      holds="It would hold what each agent remembers: its tasks with their lessons, patterns, and other agents."
    >
      {({ agents, left_off }) => (
        <>
          {agents.length === 0 && <p className="py-2 text-muted">No agent has a memory.</p>}
          <ul className="divide-y divide-line">
            {agents.map((id) => (
              <li key={id} className="py-1.5">
                <MemoryOnRequest id={id} version={version}>
                  <AgentLink id={id} onGo={onGo} />
                </MemoryOnRequest>
              </li>
            ))}
          </ul>
          <LeftOff count={left_off} what="agent" />
        </>
      )}
    </FilePart>
  );
}

interface MemoryOnRequestProps {
  id: string;
  version: string | null;
  /** Before the button. */
  children?: ReactNode;
}

/** A button that loads the memory of an agent, and what it says. */
export function MemoryOnRequest({ id, version, children }: MemoryOnRequestProps) {
  const [open, setOpen] = useState(false);
  const path = requestPath(WORK_MEMORY_PATH, new URLSearchParams({ agent: id }));
  const { answer, error } = useWork<MemoryAnswer>(open ? path : null, version);
  return (
    <>
      <p className="flex items-baseline gap-3">
        {children}
        <button type="button" className="link" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Hide the memory' : 'Show the memory'}
        </button>
      </p>
      {open && error !== null && <p className="text-warn">{error}</p>}
      {open && error === null && answer === undefined && <p className="text-muted">Loading…</p>}
      {open && answer !== undefined && answer.memory === null && (
        <p className="text-muted">
          It has no memory that can be read.{' '}
          {answer.source.reason !== null && <Text value={answer.source.reason} max={300} prose />}
        </p>
      )}
      {open && answer?.memory && <Memory memory={answer.memory} />}
    </>
  );
}

function Memory({ memory: { tasks, patterns, relationships, knowledge, updated_at } }: { memory: AgentMemory }) {
  return (
    <div className="wrap-anywhere space-y-1">
      <p className="text-muted">
        Changed {updated_at === null ? 'at an unknown time' : <RelativeTime instant={updated_at} />}.
      </p>
      <Remembered title={counted(tasks.length, 'task')}>
        {tasks.map(({ objective, task_id, outcome, lessons, at }, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: entries have no other identity
          <li key={place}>
            <Words value={spoken([objective, task_id])[0] ?? '(no objective)'} max={300} />
            <span className="text-muted">
              {outcome !== null && (
                <>
                  {': '}
                  <Text value={outcome} max={80} />
                </>
              )}
              {at !== null && (
                <>
                  {' · '}
                  <RelativeTime instant={at} />
                </>
              )}
              {lessons.length > 0 && (
                <>
                  {' · learned: '}
                  <Words value={lessons.join('; ')} max={400} />
                </>
              )}
            </span>
          </li>
        ))}
      </Remembered>
      <Remembered title={counted(patterns.length, 'pattern')}>
        {patterns.map(({ description, type, effectiveness }, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: entries have no other identity
          <li key={place}>
            <Words value={spoken([description, type])[0] ?? '(no text)'} max={300} />
            {effectiveness !== null && <span className="text-muted"> · {rateWords(effectiveness)} effective</span>}
          </li>
        ))}
      </Remembered>
      <Remembered title={counted(relationships.length, 'other agent')}>
        {relationships.map(({ agent_id, trust, reliability, notes }, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: names that differ only in blanks are read as one
          <li key={`${agent_id} ${place}`}>
            <Text value={agent_id} max={80} />
            <span className="text-muted">
              {` · trust ${rateWords(trust)} · reliability ${rateWords(reliability)}`}
              {notes !== null && (
                <>
                  {' · '}
                  <Words value={notes} max={300} />
                </>
              )}
            </span>
          </li>
        ))}
      </Remembered>
      <Remembered title={counted(knowledge.length, 'fact')}>
        {knowledge.map(({ key, value }, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: names that differ only in blanks are read as one
          <li key={`${key} ${place}`}>
            <Text value={key} max={120} />{' '}
            <span className="text-muted">
              = <Text value={value} max={300} />
            </span>
          </li>
        ))}
      </Remembered>
    </div>
  );
}

function Remembered({ title, children }: { title: string; children: readonly ReactNode[] }) {
  if (children.length === 0) return null;
  return (
    <div>
      <h3 className="text-muted">{title}</h3>
      <ul className="list-disc pl-5 marker:text-muted">{children}</ul>
    </div>
  );
}
