import type { Address } from '@/lib/client/address';
import { commandName, outcomeTone, outcomeWords } from '@/lib/client/command-words';
import type { ActionEntry } from '@/lib/contract/action-schemas';
import { AddressLink } from '../ui/address-link';
import { AgentName } from '../ui/agent-name';
import { Text } from '../ui/text';
import { ClockTime, Sentence } from '../ui/time';

const TONES = { bad: 'font-medium text-bad', warn: 'font-medium text-warn', plain: 'font-medium' } as const;

interface CommandRowProps {
  command: ActionEntry;
  /** Whether the agent concerned is named, with a link. */
  withAgent: boolean;
  onGo: (to: Partial<Address>) => void;
}

/** One command: when, what, how it ended and who sent it; its request unfolds. */
export function CommandRow({ command, withAgent, onGo }: CommandRowProps) {
  const { at, action, target, agent_id, outcome, detail, principal, client, request } = command;
  const isAboutTarget = target !== null && target !== '' && target !== agent_id;
  return (
    <li className="wrap-anywhere py-1">
      <div className="flex flex-wrap items-baseline gap-x-2">
        <span className="min-w-18 shrink-0 whitespace-nowrap text-muted">
          <ClockTime instant={at} />
        </span>
        <span>{commandName(action)}</span>
        {isAboutTarget && (
          <code className="min-w-0" translate="no">
            <Text value={target} max={200} />
          </code>
        )}
        {withAgent && agent_id !== null && (
          <AddressLink to={{ agent: agent_id }} onGo={onGo}>
            <AgentName id={agent_id} />
          </AddressLink>
        )}
        <span className={TONES[outcomeTone(outcome)]}>{outcomeWords(outcome)}</span>
        <span className="text-muted">
          by {principal === null ? 'an unnamed caller' : <Text value={principal} max={80} />}
          {client !== '' && (
            <>
              {' from '}
              <Text value={client} max={80} />
            </>
          )}
        </span>
      </div>
      <div className="flex flex-wrap items-baseline gap-x-3 pl-20 max-md:pl-0">
        {detail !== null && (
          <p className="text-muted">
            <Sentence text={detail} />
          </p>
        )}
        {request !== null && <Request request={request} />}
      </div>
    </li>
  );
}

function Request({ request }: { request: unknown }) {
  return (
    <details className="open:basis-full">
      <summary className="w-fit cursor-pointer text-muted hover:text-ink">Request</summary>
      <pre className="wrap-anywhere whitespace-pre-wrap text-muted" translate="no">
        <Text value={JSON.stringify(request, null, 2)} max={20_000} />
      </pre>
    </details>
  );
}
