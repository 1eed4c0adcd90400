import { counted } from '@/lib/client/text';
import { WORK_CONTEXTS_PATH } from '@/lib/contract/paths';
import type { ContextsAnswer, WorkContext, WorkDecision } from '@/lib/contract/work-answers';
import { Text, Words } from '../ui/text';
import { ClockTime, RelativeTime } from '../ui/time';
import { AgentLinks, FilePart, LeftOff, Paths, TaskLink } from './file-part';
import { distinct, spoken, versionOf } from './work';
import type { Go, WorkProps } from './work-props';

/** The contexts that agents share, each with its decisions over time and the files that it touched. */
export function ContextsPart({ work, onGo }: WorkProps) {
  return (
    <FilePart<ContextsAnswer>
      label="Contexts"
      path={WORK_CONTEXTS_PATH}
      version={versionOf('contexts', work)}
      file="CONTEXTS.json"
      holds="It would hold what agents work on together: decisions with their reasons, and the files that were touched."
    >
      {({ contexts, left_off }) => (
        <>
          {contexts.length === 0 && <p className="py-2 text-muted">It has no contexts.</p>}
          <ol className="divide-y divide-line">
            {contexts.map((context, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a file written by hand may have an id twice
              <Context key={`${context.id} ${place}`} context={context} onGo={onGo} />
            ))}
          </ol>
          <LeftOff count={left_off} what="context" />
        </>
      )}
    </FilePart>
  );
}

function Context({ context, onGo }: { context: WorkContext; onGo: Go }) {
  const { id, name, summary, status, created_by, updated_at, agents, messages, notes } = context;
  const [files, tasks] = [distinct(context.files_touched), distinct(context.tasks)];
  return (
    <li className="wrap-anywhere py-2">
      <h2 className="flex flex-wrap items-baseline gap-x-2">
        <span className="font-semibold">
          <Text value={spoken([name])[0] ?? id} prose />
        </span>
        <span className="font-normal">
          {status === null ? <span className="text-muted">status not known</span> : <Text value={status} max={40} />}
        </span>
        <span className="font-normal text-muted">
          changed {updated_at === null ? 'at an unknown time' : <RelativeTime instant={updated_at} />}
          {created_by !== null && (
            <>
              {' · by '}
              <AgentLinks ids={[created_by]} onGo={onGo} />
            </>
          )}
          {agents.length > 0 && (
            <>
              {' · with '}
              <AgentLinks ids={agents} onGo={onGo} />
            </>
          )}
        </span>
      </h2>
      {distinct(spoken([summary, notes])).map((text) => (
        <p key={text} className="max-w-measure">
          <Words value={text} max={1000} />
        </p>
      ))}
      <div className="mt-1 grid gap-x-8 gap-y-1 md:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Decisions context={context} onGo={onGo} />
        <div>
          <h3 className="text-muted">{counted(files.length, 'file')} touched</h3>
          <Paths paths={files} />
          {tasks.length > 0 && (
            <details>
              <summary className="w-fit cursor-pointer text-muted hover:text-ink">
                {counted(tasks.length, 'task')}
              </summary>
              <ul>
                {tasks.map((task) => (
                  <li key={task}>
                    <TaskLink id={task} onGo={onGo} />
                  </li>
                ))}
              </ul>
            </details>
          )}
          {messages.length > 0 && <p className="text-muted">{counted(messages.length, 'message')} belong to it.</p>}
        </div>
      </div>
    </li>
  );
}

function Decisions({ context: { decisions, decisions_left_off }, onGo }: { context: WorkContext; onGo: Go }) {
  return (
    <div>
      <h3 className="text-muted">{counted(decisions.length + decisions_left_off, 'decision')}</h3>
      {decisions_left_off > 0 && (
        <p className="text-warn">{counted(decisions_left_off, 'older decision')} not listed.</p>
      )}
      <ol>
        {decisions.map((decision, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: decisions have no other identity, and only new ones are added
          <Decision key={place} decision={decision} onGo={onGo} />
        ))}
      </ol>
    </div>
  );
}

function Decision({
  decision: { decision, by, reason, at, alternatives },
  onGo,
}: {
  decision: WorkDecision;
  onGo: Go;
}) {
  return (
    <li className="py-0.5">
      <span className="text-muted">
        {at === null ? 'at an unknown time' : <ClockTime instant={at} />}
        {by !== null && (
          <>
            {' '}
            <AgentLinks ids={[by]} onGo={onGo} />
          </>
        )}
      </span>{' '}
      {decision === null ? <span className="text-muted">(no text)</span> : <Words value={decision} max={600} />}
      {spoken([reason]).map((text) => (
        <span key={text} className="text-muted">
          {' '}
          because: <Words value={text} max={600} />
        </span>
      ))}
      {alternatives.length > 0 && (
        <span className="text-muted">
          {' '}
          (instead of <Text value={alternatives.join(', ')} max={400} prose />)
        </span>
      )}
    </li>
  );
}
