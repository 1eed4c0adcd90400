import { type KeyboardEvent, memo, type RefObject, useId, useLayoutEffect, useRef, useState } from 'react';
import { mayAct, sendCommand, useMe } from '@/lib/client/commands';
import { faultSentence } from '@/lib/client/fault-sentence';
import type { PendingPermission } from '@/lib/contract/action-schemas';
import { PERMISSION_PATH } from '@/lib/contract/paths';
import type { PermissionAnswerBody, PermissionAnswered } from '@/lib/contract/permission-requests';
import { AgentName } from '../ui/agent-name';
import { Text } from '../ui/text';
import { RelativeTime, Sentence } from '../ui/time';
import { AnswerButtons } from './answer-buttons';
import { PermissionInput, Plan } from './permission-input';
import { answersFrom, type Drafts, QuestionForm } from './question-form';
import { TimeLeft } from './time-left';
import { askWords, readQuestions } from './tool-input';

interface PermissionCardProps {
  permission: PendingPermission;
  /** Whether its buttons have been where they are for long enough. */
  allows: (id: string) => boolean;
}

const MOVED = 'The card had just appeared or moved, so nothing was sent. Check it, then repeat.';

/** One permission request with its answers. Nothing is preselected, and Enter answers nothing. */
export const PermissionCard = memo(function PermissionCard({ permission, allows }: PermissionCardProps) {
  const { id, agent_id, session_id, kind, subagent, tool_name, tool_input, cwd, since, resolved } = permission;
  const title = useId();
  const actions = useSteadyHeight();
  const may = mayAct(useMe(), 'permissions');
  const [drafts, setDrafts] = useState<Drafts>([]);
  const [message, setMessage] = useState('');
  const { note, sending, answer } = useAnswer(permission, allows);
  const questions = kind === 'question' ? readQuestions(tool_input) : [];
  const isOpen = may && permission.answerable && !sending;
  const answers = kind === 'question' ? answersFrom(questions, drafts) : null;
  const allow = (more: Partial<PermissionAnswerBody> = {}) => {
    if (kind !== 'question') answer({ behavior: 'allow', ...more });
    else if (answers) answer({ behavior: 'allow', answers });
  };
  const deny = () => answer({ behavior: 'deny', ...(message.trim() !== '' && { message: message.trim() }) });
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => onCardKey(event, { isOpen, allow: () => allow(), deny });
  return (
    <article
      data-permission={id}
      aria-labelledby={title}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: its keys work while it has the focus
      tabIndex={0}
      onKeyDown={onKeyDown}
      className="flex flex-col gap-2 border-line border-b px-5 py-3"
    >
      <header className="flex items-baseline gap-3">
        <h3 id={title} className="wrap-anywhere min-w-0 flex-1">
          <span className="font-semibold">
            {agent_id === null ? <Text value={`Session ${session_id.slice(0, 8)}`} /> : <AgentName id={agent_id} />}
          </span>
          {subagent !== null && (
            <span>
              , its subagent <Text value={subagent.type ?? subagent.id} max={100} />,
            </span>
          )}{' '}
          {askWords(permission)}
          {kind === 'tool' && (
            <>
              : <Text value={tool_name} max={100} />
            </>
          )}
        </h3>
        <span className="shrink-0 text-muted">
          <RelativeTime instant={since} label="Since" />
        </span>
      </header>
      {kind === 'plan' && <Plan input={tool_input} />}
      {kind === 'tool' && <PermissionInput input={tool_input} />}
      {kind === 'question' && questions.length === 0 && <PermissionInput input={tool_input} />}
      {questions.length > 0 && (
        <QuestionForm questions={questions} drafts={drafts} onChange={isOpen ? setDrafts : null} />
      )}
      {cwd !== null && (
        <p className="wrap-anywhere text-muted">
          In{' '}
          <code translate="no">
            <Text value={cwd} max={1000} />
          </code>
        </p>
      )}
      <div ref={actions} data-actions className="flex min-h-16 flex-col gap-1.5">
        {resolved === null && may && (
          <AnswerButtons
            permission={permission}
            isOpen={isOpen}
            canAllow={kind !== 'question' || answers !== null}
            allow={allow}
            deny={deny}
            message={message}
            setMessage={setMessage}
          />
        )}
        <Status permission={permission} note={note} />
      </div>
    </article>
  );
});

/** Keeps the greatest height that an element had: what is below it does not move when the buttons go. */
function useSteadyHeight(): RefObject<HTMLDivElement | null> {
  const place = useRef<HTMLDivElement>(null);
  const height = useRef(0);
  useLayoutEffect(() => {
    const { current } = place;
    if (current === null || current.offsetHeight <= height.current) return;
    height.current = current.offsetHeight;
    current.style.minHeight = `${height.current}px`;
  });
  return place;
}

interface Answering {
  /** A sentence about the last attempt; null before it. */
  note: string | null;
  sending: boolean;
  answer: (body: PermissionAnswerBody) => void;
}

function useAnswer({ id }: PendingPermission, allows: PermissionCardProps['allows']): Answering {
  const [note, setNote] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  const answer = async (body: PermissionAnswerBody) => {
    if (!allows(id)) return setNote(MOVED);
    setSending(true);
    setNote(null);
    const sent = await sendCommand<PermissionAnswered>(
      'POST',
      PERMISSION_PATH.replace('{id}', encodeURIComponent(id)),
      body,
    );
    setSending(false);
    if (!sent.ok) setNote(faultSentence(sent, 'Nothing was answered.'));
    else if (sent.answer.outcome !== 'answered') setNote(`Your answer had no effect. ${sent.answer.detail}`);
  };
  return { note, sending, answer: (body) => void answer(body) };
}

interface CardKeys {
  isOpen: boolean;
  allow: () => void;
  deny: () => void;
}

/** `A` and `D` answer while the card or one of its buttons has the focus; in a text field they are letters. */
function onCardKey(event: KeyboardEvent<HTMLElement>, { isOpen, allow, deny }: CardKeys): void {
  const { target, key, repeat, ctrlKey, metaKey, altKey, nativeEvent } = event;
  if (!(target instanceof HTMLElement)) return;
  // Enter is typed into a terminal a moment too late, or into the wrong window.
  if (key === 'Enter' && target.matches('[data-answers]')) event.preventDefault();
  if (
    repeat ||
    ctrlKey ||
    metaKey ||
    altKey ||
    !isOpen ||
    nativeEvent.isComposing ||
    target.matches('input[type="text"]')
  )
    return;
  const run = { a: allow, d: deny }[key.toLowerCase()];
  if (run === undefined) return;
  event.preventDefault();
  run();
}

const ENDS: Record<NonNullable<PendingPermission['resolved']>['outcome'], string> = {
  allowed: 'Allowed.',
  denied: 'Denied.',
  answered_locally: 'Answered.',
  refused_locally: 'Refused.',
  released: 'Let go.',
  expired: 'Let go.',
  ended: 'Over.',
};

/** How long it is still held, or how it ended. */
function Status({
  permission: { resolved, expires_at },
  note,
}: {
  permission: PendingPermission;
  note: string | null;
}) {
  return (
    <>
      <p role="status" className="text-muted">
        {resolved !== null && (
          <>
            <span className="font-medium text-ink">{ENDS[resolved.outcome]}</span> <Sentence text={resolved.detail} />
          </>
        )}
        {resolved === null && expires_at !== null && <TimeLeft until={expires_at} />}
      </p>
      {note !== null && (
        <p role="alert" className="text-bad">
          {note}
        </p>
      )}
    </>
  );
}
