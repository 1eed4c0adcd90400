import { isUnknown } from '@/lib/client/source-state';
import { WORK_CONTEXTS_PATH, WORK_LEARNING_PATH } from '@/lib/contract/paths';
import type { ContextsAnswer, LearningAnswer } from '@/lib/contract/work-answers';
import type { WorkState } from '@/lib/contract/work-schemas';
import { AddressLink } from '../ui/address-link';
import { DetailPart } from '../ui/detail-part';
import { Text } from '../ui/text';
import { RelativeTime } from '../ui/time';
import { LearningWords, SkillTable } from './learning-part';
import { MemoryOnRequest } from './memory-part';
import { UnreadWords } from './unread-part';
import { useWork } from './use-work';
import { spoken, versionOf } from './work';
import type { Go } from './work-props';

interface AgentWorkProps {
  id: string;
  work: WorkState;
  onGo: Go;
}

const MAX_CONTEXTS = 10;

/** A part of the detail whose file can't be read. */
function Unknown({ title, reason }: { title: string; reason: string | null }) {
  return (
    <DetailPart title={title}>
      <p className="wrap-anywhere text-muted">
        Not known. <Text value={reason ?? ''} max={300} prose />
      </p>
    </DetailPart>
  );
}

/** The messages that an agent has not read; nothing where it has no read mark. */
export function AgentUnread({ id, work, onGo }: AgentWorkProps) {
  const inbox = work.unread.find(({ agent_id }) => agent_id === id);
  const { read_marks } = work;
  if (read_marks?.state === 'unreadable') return <Unknown title="Unread messages" reason={read_marks.reason} />;
  if (inbox === undefined) return null;
  return (
    <DetailPart title="Unread messages">
      <p className="wrap-anywhere">
        <UnreadWords inbox={inbox} onGo={onGo} />
      </p>
    </DetailPart>
  );
}

/** How well an agent did, the contexts that it is part of, and what it remembers, as far as there are files about it. */
export function AgentWork({ id, work, onGo }: AgentWorkProps) {
  const memory = versionOf('memory', work);
  return (
    <>
      {versionOf('learning', work) !== null && <Learning id={id} work={work} />}
      {versionOf('contexts', work) !== null && <Contexts id={id} work={work} onGo={onGo} />}
      {memory !== null && (
        <DetailPart title="Memory">
          <MemoryOnRequest id={id} version={memory} />
        </DetailPart>
      )}
    </>
  );
}

function Learning({ id, work }: Omit<AgentWorkProps, 'onGo'>) {
  const { answer, error } = useWork<LearningAnswer>(WORK_LEARNING_PATH, versionOf('learning', work));
  const own = answer?.agents.find(({ agent_id }) => agent_id === id);
  if (answer && isUnknown(answer.source)) return <Unknown title="Success by skill" reason={answer.source.reason} />;
  if (answer === undefined && error !== null) return <Unknown title="Success by skill" reason={error} />;
  if (own === undefined) return null;
  return (
    <DetailPart title="Success by skill">
      <p className="wrap-anywhere">
        <LearningWords learning={own} />
      </p>
      <SkillTable skills={own.skills} label="Its skills" />
    </DetailPart>
  );
}

function Contexts({ id, work, onGo }: AgentWorkProps) {
  const { answer, error } = useWork<ContextsAnswer>(WORK_CONTEXTS_PATH, versionOf('contexts', work));
  const own = answer?.contexts.filter(({ agents, created_by }) => created_by === id || agents.includes(id)) ?? [];
  if (answer && isUnknown(answer.source)) return <Unknown title="Contexts" reason={answer.source.reason} />;
  if (answer === undefined && error !== null) return <Unknown title="Contexts" reason={error} />;
  if (own.length === 0) return null;
  return (
    <DetailPart title="Contexts">
      <ul>
        {own.slice(0, MAX_CONTEXTS).map(({ id: context, name, status, updated_at }, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a file written by hand may have an id twice
          <li key={`${context} ${place}`} className="wrap-anywhere">
            <AddressLink to={{ view: 'work', part: 'contexts' }} onGo={onGo}>
              <Text value={spoken([name])[0] ?? context} prose />
            </AddressLink>
            <span className="text-muted">
              {status !== null && (
                <>
                  {' · '}
                  <Text value={status} max={40} />
                </>
              )}
              {updated_at !== null && (
                <>
                  {' · changed '}
                  <RelativeTime instant={updated_at} />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
      {own.length > MAX_CONTEXTS && <p className="text-muted">and {own.length - MAX_CONTEXTS} more.</p>}
    </DetailPart>
  );
}
