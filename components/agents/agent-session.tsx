import { formatCount } from '@/lib/client/text';
import { duration } from '@/lib/client/time';
import type { AgentWork, AgentSession as Session } from '@/lib/contract/claude-schemas';
import type { Agent } from '@/lib/contract/schemas';
import { DetailPart } from '../ui/detail-part';
import { Fact } from '../ui/fact';
import { Text, Words } from '../ui/text';
import { ClockTime, RelativeTime, Sentence } from '../ui/time';

/** What an agent does and how that is known, its session, and what its transcript says. */
export function AgentSession({ agent }: { agent: Agent }) {
  const { activity, session, work, lead } = agent;
  if (session === null && work === null && lead === null && activity.source === 'none') return null;
  return (
    <DetailPart title="Activity">
      <p className="wrap-anywhere pb-1">
        <Sentence text={activity.reason} />
        {activity.since !== null && (
          <span className="text-muted">
            {' '}
            Since <ClockTime instant={activity.since} />.
          </span>
        )}
      </p>
      <dl className="wrap-anywhere grid grid-cols-[minmax(6rem,auto)_minmax(0,1fr)] gap-x-3">
        {lead !== null && (
          <Fact name="Led by">
            <Text value={lead} max={80} />
          </Fact>
        )}
        {work && <WorkFacts work={work} />}
        {session && <SessionFacts session={session} />}
      </dl>
    </DetailPart>
  );
}

function WorkFacts({ work }: { work: AgentWork }) {
  const { tool, permission, failure, last_prompt, last_answer, context_tokens, context_percent } = work;
  const { last_turn_ms, errors, subagents } = work;
  const running = subagents.filter(({ finished }) => !finished);
  const percent = context_percent === null ? '' : ` (${formatCount(Math.round(context_percent))} %)`;
  return (
    <>
      {permission && (
        <Fact name="Asks for">
          <Call name={permission.tool} input={permission.input} since={permission.since} />
        </Fact>
      )}
      {tool && (
        <Fact name="Tool">
          <Call {...tool} />
        </Fact>
      )}
      {failure && (
        <Fact name="Turn failed">
          <Text value={[failure.kind, failure.details].filter(Boolean).join(': ')} max={400} />
        </Fact>
      )}
      {last_prompt && (
        <Fact name="Last prompt">
          <Excerpt {...last_prompt} />
        </Fact>
      )}
      {last_answer && (
        <Fact name="Last answer">
          <Excerpt {...last_answer} />
        </Fact>
      )}
      {running.length > 0 && (
        <Fact name="Subagents">
          {running.map(({ id, type, description }) => (
            <div key={id}>
              <Text value={[type, description].filter(Boolean).join(': ') || id} max={120} />
            </div>
          ))}
        </Fact>
      )}
      {context_tokens !== null && (
        <Fact name="Context">
          {formatCount(context_tokens)} tokens{percent}
        </Fact>
      )}
      {last_turn_ms !== null && <Fact name="Last turn">{duration(Math.round(last_turn_ms / 1000))}</Fact>}
      {errors > 0 && <Fact name="API errors">{formatCount(errors)}</Fact>}
    </>
  );
}

function Call({ name, input, since }: { name: string; input: string; since: string | null }) {
  return (
    <>
      <Text value={name} max={80} />{' '}
      <code className="text-muted">
        <Text value={input} max={200} />
      </code>
      <Ago at={since} />
    </>
  );
}

function SessionFacts({ session }: { session: Session }) {
  const { name, version, model, permission_mode, cwd, git_branch, status, waiting_for, entrypoint } = session;
  const words: [label: string, value: string | null][] = [
    ['Session', name],
    ['Status', waiting_for === null ? status : `${status}: ${waiting_for}`],
    ['Model', model],
    ['Permissions', permission_mode],
    ['Folder', cwd],
    ['Branch', git_branch],
    ['Claude Code', version === null ? null : `${version}${entrypoint === 'sdk-cli' ? ', headless' : ''}`],
  ];
  return words.map(([label, value]) =>
    value === null ? null : (
      <Fact key={label} name={label}>
        <Text value={value} max={400} />
      </Fact>
    ),
  );
}

function Excerpt({ text, at }: { text: string; at: string | null }) {
  return (
    <>
      <Words value={text} max={400} />
      <Ago at={at} />
    </>
  );
}

/** How long ago, behind a text; nothing if that is not known. */
function Ago({ at }: { at: string | null }) {
  if (at === null) return null;
  return (
    <span className="text-muted">
      {' '}
      <RelativeTime instant={at} />
    </span>
  );
}
