import type { ReactNode } from 'react';
import { isAbsent, isUnknown } from '@/lib/client/source-state';
import { counted } from '@/lib/client/text';
import type { Source } from '@/lib/contract/schemas';
import { AddressLink } from '../ui/address-link';
import { AgentName } from '../ui/agent-name';
import { Empty, Scroller } from '../ui/panel';
import { SourceNotice } from '../ui/source-notice';
import { Text } from '../ui/text';
import { useWork } from './use-work';
import { distinct } from './work';
import type { Go } from './work-props';

interface FilePartProps<Answer> {
  label: string;
  path: string;
  version: string | null;
  file: string;
  /** What the file holds, as a sentence. */
  holds: string;
  children: (answer: Answer) => ReactNode;
}

/** The content of a file about work, with the state of its source. */
export function FilePart<Answer extends { source: Source }>(props: FilePartProps<Answer>) {
  const { label, path, version, file, holds, children } = props;
  const { answer, error } = useWork<Answer>(path, version);
  if (!answer) {
    if (error !== null) return <Empty title={`${file} is not shown.`}>{error}</Empty>;
    return <p className="px-4 py-2 text-muted">Loading…</p>;
  }
  if (isAbsent(answer.source)) return <Empty title={`There is no ${file}.`}>{holds}</Empty>;
  if (isUnknown(answer.source)) {
    return (
      <Empty title={`${file} is unreadable.`}>
        Its content is not known. <Text value={answer.source.reason ?? ''} max={300} prose />
      </Empty>
    );
  }
  return (
    <>
      <SourceNotice file={file} source={answer.source} />
      {error !== null && <p className="shrink-0 px-4 pt-1 text-warn">{error}</p>}
      <Scroller label={label} className="px-4 py-1">
        {children(answer)}
      </Scroller>
    </>
  );
}

/** Says how many entries are not listed; nothing if all are. */
export function LeftOff({ count, what, whats }: { count: number; what: string; whats?: string }) {
  if (count === 0) return null;
  return (
    <p className="py-1 text-warn">
      {counted(count, `more ${what}`, whats && `more ${whats}`)} {count === 1 ? 'is' : 'are'} not listed.
    </p>
  );
}

/** The name of an agent, as a link to it. */
export function AgentLink({ id, onGo }: { id: string; onGo: Go }) {
  return (
    <AddressLink to={{ agent: id }} onGo={onGo} className="hover:underline">
      <AgentName id={id} />
    </AddressLink>
  );
}

/** Names of agents, each as a link. */
export function AgentLinks({ ids, onGo }: { ids: readonly string[]; onGo: Go }) {
  return [...new Set(ids)].map((id, place) => (
    <span key={id}>
      {place > 0 && ', '}
      <AgentLink id={id} onGo={onGo} />
    </span>
  ));
}

/** A task of `TASKS.json` by its id, as a link to its card. */
export function TaskLink({ id, onGo }: { id: string; onGo: Go }) {
  return (
    <AddressLink to={{ task: `task:${id}`, view: 'tasks' }} onGo={onGo}>
      <code translate="no">
        <Text value={id} max={40} />
      </code>
    </AddressLink>
  );
}

const MAX_LISTED = 6;

/** Paths; of many the first ones, and the others on request. */
export function Paths({ paths: written }: { paths: readonly string[] }) {
  const paths = distinct(written);
  const rest = paths.slice(MAX_LISTED);
  return (
    <>
      <PathList paths={paths.slice(0, MAX_LISTED)} />
      {rest.length > 0 && (
        <details>
          <summary className="w-fit cursor-pointer text-muted hover:text-ink">
            {counted(rest.length, 'more file')}
          </summary>
          <PathList paths={rest} />
        </details>
      )}
    </>
  );
}

function PathList({ paths }: { paths: readonly string[] }) {
  return (
    <ul>
      {paths.map((path) => (
        <li key={path}>
          <code translate="no">
            <Text value={path} max={300} />
          </code>
        </li>
      ))}
    </ul>
  );
}
