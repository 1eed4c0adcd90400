import type { ReactNode } from 'react';
import type { PendingPermission } from '@/lib/contract/action-schemas';
import type { PermissionAnswerBody } from '@/lib/contract/permission-requests';
import { Keys } from '../ui/keys';
import { Text } from '../ui/text';
import { suggestionWords } from './tool-input';

interface AnswerButtonsProps {
  permission: PendingPermission;
  /** Whether it can be answered now. */
  isOpen: boolean;
  deny: () => void;
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

/** The answers that a request allows, none of them preselected. */
export function AnswerButtons(props: AnswerButtonsProps) {
  const { permission, isOpen, canAllow, allow, deny, message, setMessage } = props;
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
