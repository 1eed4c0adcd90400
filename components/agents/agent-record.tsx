import { asText } from '@/lib/client/text';
import { UNKNOWN_AGENT_FACTS } from '@/lib/contract/defaults';
import type { Agent } from '@/lib/contract/schemas';
import { DetailPart } from '../ui/detail-part';
import { Text } from '../ui/text';

const MAX_TEXT_LENGTH = 2000;

/** The fields that the dashboard adds to an entry. */
const ADDED: ReadonlySet<string> = new Set([
  ...Object.keys(UNKNOWN_AGENT_FACTS),
  ...['health', 'health_reason', 'last_evidence_at', 'left_at', 'left_reason', 'original'],
]);

interface AgentRecordProps {
  agent: Agent;
  /** Whether the registry no longer lists it. */
  hasLeft: boolean;
}

/** An agent's entry of the registry, field by field as it was written, unknown ones too. */
export function AgentRecord({ agent, hasLeft }: AgentRecordProps) {
  const written = Object.entries(agent).filter(([name]) => !ADDED.has(name));
  // What the file calls like a field that the page adds is the file's all the same.
  const fields = Object.entries({ ...Object.fromEntries(written), ...agent.original });
  return (
    <DetailPart title={hasLeft ? 'What the registry said last' : 'What the registry says'}>
      <dl className="wrap-anywhere grid grid-cols-[minmax(6rem,auto)_minmax(0,1fr)] gap-x-3">
        {fields.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="max-w-40 text-muted">
              <Text value={name} max={120} />
            </dt>
            <dd className="whitespace-pre-wrap">
              {asText(value) === '' ? (
                <span className="text-muted">{blank(value)}</span>
              ) : (
                <Text value={value} max={MAX_TEXT_LENGTH} />
              )}
            </dd>
          </div>
        ))}
      </dl>
    </DetailPart>
  );
}

function blank(value: unknown): string {
  return value === '' ? '(empty)' : 'null';
}
