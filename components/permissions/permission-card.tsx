import { type KeyboardEvent, memo, type ReactNode, useId, useState } from 'react';
import { mayAct, sendCommand, useMe } from '@/lib/client/commands';
import type { PendingPermission } from '@/lib/contract/action-schemas';
import { PERMISSION_PATH } from '@/lib/contract/paths';
import type { PermissionAnswerBody, PermissionAnswered } from '@/lib/contract/permission-requests';
import { AgentName } from '../ui/agent-name';
import { Keys } from '../ui/keys';
import { Text } from '../ui/text';
import { RelativeTime, Sentence } from '../ui/time';
import { PermissionInput, Plan } from './permission-input';
import { answersFrom, type Drafts, QuestionForm } from './question-form';
import { TimeLeft } from './time-left';
import { askWords, readQuestions, suggestionWords } from './tool-input';

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
      <div data-actions className="flex min-h-16 flex-col gap-1.5">
        {resolved === null && may && (
          <Buttons
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
    const sent = await sendCommand<PermissionAnswered>('POST', PERMISSION_PATH.replace('{id}', encodeURIComponent(id)), body);
    setSending(false);
    if (!sent.ok) setNote(`Nothing was answered. ${sent.problem.detail}`);
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

interface ButtonsProps extends Omit<CardKeys, 'allow'> {
  permission: PendingPermission;
  allow: (more?: Partial<PermissionAnswerBody>) => void;
  /** Whether every question has an answer. */
  canAllow: boolean;
  message: string;
  setMessage: (message: string) => void;
}

const ALLOW: Record<PendingPermission['kind'], string> = {
  tool: 'Allow',
  question: 'Send the answers',
  plan: 'Approve, ask for each edit',
};
const DENY: Record<PendingPermission['kind'], string> = {
  tool: 'Deny',
  question: 'Do not answer',
  plan: 'Keep planning',
};

function Buttons({ permission, isOpen, canAllow, allow, deny, message, setMessage }: ButtonsProps) {
  const { kind, suggestions } = permission;
  return (
    <>
      <div className="flex flex-wrap items-center gap-2">
        <AnswerButton keys="a" disabled={!isOpen || !canAllow} onClick={() => allow()}>
          {ALLOW[kind]}
        </AnswerButton>
        {kind === 'plan' && (
          <AnswerButton disabled={!isOpen} onClick={() => allow({ mode: 'acceptEdits' })}>
            Approve and accept edits
          </AnswerButton>
        )}
        <AnswerButton keys="d" disabled={!isOpen} onClick={deny}>
          {DENY[kind]}
        </AnswerButton>
        <input
          type="text"
          aria-label="Message to the agent if you deny"
          placeholder="Why not? Sent to the agent."
          maxLength={10_000}
          value={message}
          disabled={!isOpen}
          onChange={(event) => setMessage(event.target.value)}
          className="h-7 min-w-40 flex-1 rounded-md border border-line bg-paper px-2"
        />
      </div>
      {kind === 'tool' &&
        suggestions.map((suggestion, place) => (
          <AnswerButton
            // biome-ignore lint/suspicious/noArrayIndexKey: a suggestion is chosen by its place
            key={place}
            disabled={!isOpen}
            onClick={() => allow({ suggestion: place })}
            className="choice-button wrap-anywhere"
          >
            <span>
              Allow, and <Text value={suggestionWords(suggestion)} max={2000} />
            </span>
          </AnswerButton>
        ))}
    </>
  );
}

interface AnswerButtonProps {
  keys?: string;
  disabled: boolean;
  onClick: () => void;
  className?: string;
  children: ReactNode;
}

/** Not `disabled`, which would take the focus away; the card keeps it when the button goes. */
function AnswerButton({
  keys,
  disabled,
  onClick,
  className = 'quiet-button border border-line text-ink aria-disabled:text-muted',
  children,
}: AnswerButtonProps) {
  return (
    <button
      type="button"
      data-answers
      aria-keyshortcuts={keys}
      aria-disabled={disabled || undefined}
      onClick={({ currentTarget }) => {
        if (disabled) return;
        currentTarget.closest<HTMLElement>('[data-permission]')?.focus({ preventScroll: true });
        onClick();
      }}
      className={className}
    >
      {children}
      {keys !== undefined && (
        <span aria-hidden="true">
          <Keys keys={keys} />
        </span>
      )}
    </button>
  );
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
